import type { SessionMessage } from "@holdfast/protocol";
import type { ClientEnv, Milliseconds } from "../env.ts";
import { parseRetryAfter } from "../retry-after.ts";
import { readEvents } from "./event-stream.ts";

export type ConnectionEnv = Pick<ClientEnv, "fetch" | "setTimer" | "clearTimer" | "wallNow">;

export interface ConnectionRequest {
  readonly url: string;
  /** The access token; null where a cookie says who asks. */
  readonly token: string | null;
  /** Ends the connection. */
  readonly signal: AbortSignal;
  readonly onMessage: (message: SessionMessage) => void;
}

/** How a connection ended. */
export type ConnectionEnd =
  /** There was none, or it broke off. */
  | { readonly kind: "lost" }
  /** It was open, and the server has ended it. */
  | { readonly kind: "closed" }
  /** The server does not let us in: not now, or not with this credential. */
  | { readonly kind: "refused"; readonly status: number; readonly retryAfterMs: Milliseconds | undefined };

// Until the server has said hello, and how often it speaks.
const patience: Milliseconds = 20_000;

/** One connection, from the request to its end. Never rejects. */
export async function connect(env: ConnectionEnv, request: ConnectionRequest): Promise<ConnectionEnd> {
  const { url, token, signal, onMessage } = request;
  const stop = new AbortController();
  const abort = () => stop.abort();
  signal.addEventListener("abort", abort);
  let silence = env.setTimer(abort, patience);

  function listen(message: SessionMessage): void {
    if (message.event === "hello") allowed = 2 * Math.max(1, message.data.heartbeat_seconds || 0) * 1000;
    env.clearTimer(silence);
    silence = env.setTimer(abort, allowed);
    onMessage(message);
  }
  let allowed = patience;

  try {
    if (signal.aborted) return { kind: "lost" };
    const response = await env.fetch(url, {
      headers: { Accept: "text/event-stream", ...(token === null ? {} : { Authorization: `Bearer ${token}` }) },
      credentials: token === null ? "include" : "omit",
      cache: "no-store",
      redirect: "error",
      signal: stop.signal,
    });
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
    if (response.status === 200 && isStream && response.body) {
      await readUntil(stop.signal, readEvents(response.body, listen));
      return stop.signal.aborted ? { kind: "lost" } : { kind: "closed" };
    }
    void response.body?.cancel().catch(() => {});
    if (response.ok) return { kind: "lost" };
    const retryAfterMs = parseRetryAfter(response.headers.get("retry-after"), env.wallNow());
    return { kind: "refused", status: response.status, retryAfterMs };
  } catch {
    return { kind: "lost" };
  } finally {
    env.clearTimer(silence);
    signal.removeEventListener("abort", abort);
    stop.abort();
  }
}

/** Also where a stream does not heed its request's signal: a socket that hangs must not hold anything up. */
function readUntil(signal: AbortSignal, reading: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
    reading.then(resolve, reject);
  });
}
