import type { SessionClaimsChanged, SessionMessage } from "@holdfast/protocol";
import type { AuthClient, AuthClientOptions } from "../auth-client.ts";
import { browserEnv } from "../browser-env.ts";
import type { ClientEnv, LifecycleEvent, Milliseconds } from "../env.ts";
import { type ConnectionEnd, type ConnectionEnv, connect } from "./connection.ts";
import { createReconnectDelay } from "./reconnect-delay.ts";

/** As much of a client as is needed. */
export type FollowedClient = Pick<AuthClient, "state" | "subscribe" | "getToken" | "check">;

/** What is taken from outside. */
export type PushEnv = ConnectionEnv & Pick<ClientEnv, "random" | "locks" | "lifecycle">;

export interface FollowSessionOptions {
  /** The same as the client's. */
  readonly issuer: string;
  /** The same as the client's. */
  readonly clientId: string;
  /** The same as the client's. Default: `cookie`. */
  readonly storage?: AuthClientOptions["storage"];
  /** Default: what the page offers. */
  readonly env?: PushEnv | undefined;
}

// Who looks at something else for a moment need not come in again.
const linger: Milliseconds = 15_000;

/**
 * Follows the session's own news while somebody looks at the tab: once for all tabs of the browser, where it has Web
 * Locks. What it hears it takes as a reason to ask the server; the client tells the other tabs. Trouble is nobody's
 * concern: without it everything is learnt at the next refresh. Answers with the way to stop.
 *
 * @example
 * const client = createAuthClient({ issuer, clientId });
 * const stop = followSession(client, { issuer, clientId });
 */
export function followSession(client: FollowedClient, options: FollowSessionOptions): () => void {
  const { issuer, clientId, storage = "cookie", env = browserEnv() } = options;
  const { lifecycle, locks } = env;
  const url = `${issuer}/session/events?${new URLSearchParams({ client_id: clientId })}`;
  const isTokenNeeded = storage !== "cookie";
  let following: { readonly sid: string; readonly stop: AbortController } | null = null;
  let isShown = lifecycle.isVisible();
  let lingering: unknown = null;
  let isDisposed = false;
  let wake: () => void = () => {};

  function look(): void {
    const { state } = client;
    const sid = !isDisposed && isShown && state.isAuthenticated ? state.sid : null;
    if (following?.sid === sid) return;
    following?.stop.abort();
    following = sid === null ? null : { sid, stop: new AbortController() };
    if (following) void takeTurn(following.stop.signal);
  }

  /** One tab listens for all. */
  async function takeTurn(signal: AbortSignal): Promise<void> {
    const work = () => follow(signal);
    if (!locks) return work();
    try {
      await locks.request(`holdfast:${issuer}:${clientId}:push`, { signal }, work);
    } catch {
      // Where the browser has locks and grants none, each tab listens for itself.
      if (!signal.aborted) await work();
    }
  }

  async function follow(signal: AbortSignal): Promise<void> {
    const delay = createReconnectDelay(env);
    while (!signal.aborted) {
      const end = await listen(signal, delay.reset);
      if (signal.aborted) return;
      // It may be the session that is over: the server says so where it counts.
      if (end.kind === "refused" && end.status === 401 && delay.isFirst()) quietly(client.check());
      await pause(delay.next(end), signal);
    }
  }

  async function listen(signal: AbortSignal, onSteady: () => void): Promise<ConnectionEnd> {
    let token: string | null = null;
    try {
      token = isTokenNeeded ? await client.getToken({ signal }) : null;
    } catch {
      return { kind: "lost" };
    }
    if (isTokenNeeded && token === null) return { kind: "lost" };
    return connect(env, {
      ...{ url, token, signal },
      onMessage(message) {
        if (message.event === "tick") onSteady();
        else onNews(message);
      },
    });
  }

  function onNews(message: SessionMessage): void {
    if (message.event === "revoked") quietly(client.check());
    if (message.event === "claims_changed") quietly(renew(message.data));
  }

  /** Unless the token in hand is of after the change: a switch of account comes back to the tab that has made it. */
  async function renew({ subject, at_ms }: SessionClaimsChanged): Promise<void> {
    const issued = issuedAt(await client.getToken({ onTrouble: "stale-ok" }));
    // It is cut to whole seconds. Of the very second of the change only the switch is sure to have come first.
    if (issued * 1000 + (subject === "session" ? 999 : 0) >= at_ms) return;
    await client.getToken({ forceRefresh: true, onTrouble: "throw" });
  }

  function pause(wait: Milliseconds, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = env.setTimer(go, wait);
      signal.addEventListener("abort", go);
      wake = go;
      function go(): void {
        env.clearTimer(timer);
        signal.removeEventListener("abort", go);
        resolve();
      }
    });
  }

  function show(shown: boolean): void {
    if (lingering !== null) env.clearTimer(lingering);
    lingering = null;
    isShown = shown;
    look();
  }

  function onLifecycle(event: LifecycleEvent): void {
    if (event === "freeze" || event === "pagehide") show(false);
    else if (event === "hidden") lingering ??= env.setTimer(() => show(false), linger);
    else if (event !== "offline") {
      show(lifecycle.isVisible());
      wake();
    }
  }

  const stopListening = [lifecycle.listen(onLifecycle), client.subscribe(look)];
  look();

  return () => {
    isDisposed = true;
    for (const stop of stopListening) stop();
    show(false);
  };
}

/** Trouble is the client's to tell, and to try again. */
function quietly(work: Promise<unknown>): void {
  work.catch(() => {});
}

/** Seconds, as an access token says (RFC 7519, section 4.1.6); 0 where it says nothing that can be read. */
function issuedAt(token: string | null): number {
  try {
    const { iat } = JSON.parse(atob((token?.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/")));
    return Number(iat) || 0;
  } catch {
    return 0;
  }
}
