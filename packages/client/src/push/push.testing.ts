import type { SessionMessage } from "@holdfast/protocol";
import type { LifecycleEvent, Milliseconds, TabLocks } from "../env.ts";
import type { AuthState } from "../state.ts";
import type { FollowedClient, PushEnv } from "./follow-session.ts";

/** One request that a tab has made, which the test answers. */
export interface TestStream {
  readonly url: string;
  readonly init: RequestInit;
  readonly isAborted: boolean;
  /** Lets it in, with a hello. */
  accept(): Promise<void>;
  send(...messages: readonly SessionMessage[]): Promise<void>;
  sendText(text: string): Promise<void>;
  end(): Promise<void>;
  refuse(status: number, headers?: Record<string, string>): Promise<void>;
  fail(): Promise<void>;
}

/** A tab whose time, network and visibility are the test's. */
export interface TestTab {
  readonly env: PushEnv;
  readonly streams: readonly TestStream[];
  /** The newest request. */
  readonly stream: TestStream;
  readonly timers: number;
  advance(by: Milliseconds): Promise<void>;
  tell(event: LifecycleEvent, isVisible?: boolean): Promise<void>;
}

/** Waits until all that can happen at this moment has. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export function createTestTab({ locks = null }: { readonly locks?: TabLocks | null } = {}): TestTab {
  let now = 0;
  let isVisible = true;
  const timers = new Set<{ readonly due: Milliseconds; readonly callback: () => void }>();
  const listeners = new Set<(event: LifecycleEvent) => void>();
  const streams: TestStream[] = [];

  const env: PushEnv = {
    fetch: (input, init = {}) =>
      new Promise((resolve, reject) => streams.push(createStream(String(input), init, resolve, reject))),
    wallNow: () => now,
    setTimer(callback, delay) {
      const timer = { due: now + delay, callback };
      timers.add(timer);
      return timer;
    },
    clearTimer: (timer) => void timers.delete(timer as never),
    random: () => 1,
    locks,
    lifecycle: {
      isOnline: () => true,
      isVisible: () => isVisible,
      listen(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
  };

  return {
    env,
    streams,
    get stream() {
      const stream = streams.at(-1);
      if (!stream) throw new Error("nothing was asked for");
      return stream;
    },
    get timers() {
      return timers.size;
    },
    async advance(by) {
      const until = now + by;
      for (;;) {
        const [next] = [...timers].filter(({ due }) => due <= until).sort((one, other) => one.due - other.due);
        if (!next) break;
        timers.delete(next);
        now = next.due;
        next.callback();
        await settle();
      }
      now = until;
    },
    async tell(event, visible = isVisible) {
      isVisible = visible;
      for (const listener of listeners) listener(event);
      await settle();
    },
  };
}

function createStream(
  url: string,
  init: RequestInit,
  resolve: (response: Response) => void,
  reject: (error: Error) => void,
): TestStream {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(started) {
      controller = started;
    },
  });
  const text = async (value: string) => {
    controller?.enqueue(new TextEncoder().encode(value));
    await settle();
  };
  init.signal?.addEventListener("abort", () => reject(new Error("aborted")));
  const format = ({ event, data }: SessionMessage) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  return {
    url,
    init,
    get isAborted() {
      return init.signal?.aborted ?? false;
    },
    async accept() {
      resolve(new Response(body, { headers: { "Content-Type": "text/event-stream; charset=utf-8" } }));
      await text(format({ event: "hello", data: { server_time_ms: 0, heartbeat_seconds: 25 } }));
    },
    send: (...messages) => text(messages.map(format).join("")),
    sendText: text,
    async end() {
      controller?.close();
      await settle();
    },
    async refuse(status, headers = {}) {
      resolve(new Response("{}", { status, headers }));
      await settle();
    },
    async fail() {
      reject(new TypeError("Failed to fetch"));
      await settle();
    },
  };
}

/** The locks of one browser, for all tabs of a test. */
export function createTestLocks(): TabLocks {
  let last: Promise<unknown> = Promise.resolve();
  return {
    request(_name, { signal }, work) {
      const turn = last.then(() => {
        if (signal?.aborted) throw signal.reason;
        return work();
      });
      last = turn.catch(() => {});
      return turn;
    },
  };
}

/** A client that notes what it is asked to do. */
export interface TestClient extends FollowedClient {
  readonly asked: readonly string[];
  become(state: AuthState): Promise<void>;
}

/** @param iat seconds */
export const signedIn = (sid = "s1", iat = 0): AuthState & { readonly issuedAt: number } => ({
  ...{ status: "active", isAuthenticated: true, isLoading: false, sid },
  user: { userId: "u1", accountId: "a1", role: "owner", claims: {} },
  issuedAt: iat,
});

export const ended: AuthState = {
  ...{ status: "ended", isAuthenticated: false, isLoading: false, sid: "s1", reason: "session_revoked" },
};

export function createTestClient(first: AuthState = signedIn()): TestClient {
  let state = first;
  const asked: string[] = [];
  const listeners = new Set<() => void>();
  return {
    asked,
    get state() {
      return state;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async getToken({ forceRefresh = false, onTrouble } = {}) {
      // To look at the one in hand is to ask for nothing.
      if (onTrouble !== "stale-ok") asked.push(forceRefresh ? "refresh" : "token");
      if (!state.isAuthenticated) return null;
      const iat = "issuedAt" in state ? state.issuedAt : 0;
      return `the.${Buffer.from(JSON.stringify({ iat })).toString("base64url")}.token`;
    },
    async check() {
      asked.push("check");
      return state;
    },
    async become(next) {
      state = next;
      for (const listener of listeners) listener();
      await settle();
    },
  };
}
