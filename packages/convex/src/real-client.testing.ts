import { type AuthClient, type ClientEnv, createAuthClient } from "@holdfast/client";
import { createReferenceServer, type ReferenceServer } from "@holdfast/client/testing";

const ISSUER = "https://login.example.com";
const APP = "https://app.example.com";

/** The real client in a page of its own, signed in at a Holdfast in memory, by the clock and the timers of the test. */
export interface RealClient {
  readonly auth: AuthClient;
  readonly holdfast: ReferenceServer;
  /** Nothing reaches the server any more. */
  readonly goOffline: () => void;
  /** Told to the page, as a browser does. */
  readonly goOnline: () => void;
  readonly refreshes: () => number;
}

export async function createRealClient(): Promise<RealClient> {
  let ids = 0;
  const nextId = () => `id_${++ids}`;
  const holdfast = createReferenceServer({
    issuer: ISSUER,
    api: "https://api.example.com",
    callback: `${APP}/callback`,
    isCookieMode: true,
    access: 900_000,
    nextId,
  });
  const cookies = new Map<string, string>();
  const online = new Set<() => void>();
  let isOnline = true;

  async function serve(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    if (!isOnline) throw new TypeError("Failed to fetch");
    const request = new Request(input, init);
    request.headers.set("cookie", [...cookies].map((pair) => pair.join("=")).join("; "));
    const response = await holdfast.handle(request, Date.now());
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (line.includes("Max-Age=0")) cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  }

  const env: ClientEnv = {
    fetch: serve,
    wallNow: () => Date.now(),
    monotonicNow: () => Date.now(),
    setTimer: (callback, delay) => setTimeout(callback, delay),
    clearTimer: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
    random: () => 0.5,
    randomId: nextId,
    locks: null,
    openChannel: null,
    storage: null,
    sessionStorage: null,
    subtle: null,
    vault: null,
    lifecycle: {
      isOnline: () => isOnline,
      isVisible: () => true,
      listen: (listener) => {
        const tell = () => listener("online");
        online.add(tell);
        return () => online.delete(tell);
      },
    },
    navigation: null,
  };

  await serve(`${ISSUER}/signin?client_id=app&return_to=${APP}/`, { redirect: "manual" });
  return {
    auth: createAuthClient({ issuer: ISSUER, clientId: "app", env }),
    holdfast,
    goOffline: () => {
      isOnline = false;
    },
    goOnline: () => {
      isOnline = true;
      for (const tell of [...online]) tell();
    },
    refreshes: () => holdfast.history.length,
  };
}
