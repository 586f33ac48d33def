import type { AuthClient, AuthState } from "@holdfast/client";
import { backoffMs } from "./backoff.ts";

/** Seconds before its expiry at which Convex fetches the next token: its `authRefreshTokenLeewaySeconds`. */
const CONVEX_LEEWAY_SECONDS = 10;
/** Milliseconds that a new token is worth waiting for, with one in hand that will do. */
const NEW_TOKEN_WAIT_MS = 2_000;

/** Hands tokens to one Convex client, and remembers which one it had last. */
export interface TokenSource {
  /**
   * A token; null only once the session is over, then in the tick in which it ends. Through trouble the promise stays
   * pending, and it never rejects: to Convex null means signed out for good, and a throw leaves its socket dead.
   *
   * @param another  not the token handed out last: Convex stops its schedule, or signs out, on getting that one again
   */
  readonly fetch: (another: boolean) => Promise<string | null>;
  /** Convex was made to sign out, and has no token any more: the last one will do again. */
  readonly forget: () => void;
  /** Whether Convex waits for a token, or has not yet done with it what it does. */
  readonly isPending: () => boolean;
}

/** @param settled  called when nothing is pending any more */
export function createTokenSource(auth: AuthClient, settled: () => void): TokenSource {
  let lastHanded: string | undefined;
  let pending = 0;

  function fetch(another: boolean): Promise<string | null> {
    pending++;
    return new Promise((resolve) => {
      const stop = auth.subscribe(() => {
        if (isOver(auth.state)) answer(null);
      });
      let isAnswered = false;
      void attempt(0);

      async function attempt(failures: number): Promise<void> {
        if (isAnswered) return;
        try {
          const token = await (another ? anotherToken(auth, lastHanded) : auth.getToken());
          // A session that took the place of one that ended: its token is the answer, not the end of the other.
          if (token === null && !isOver(auth.state)) throw new Error("no token, and no end");
          answer(token);
        } catch {
          setTimeout(attempt, backoffMs(failures), failures + 1);
        }
      }

      function answer(token: string | null): void {
        if (isAnswered) return;
        isAnswered = true;
        stop();
        lastHanded = token ?? lastHanded;
        resolve(token);
        // A task later: what Convex does with the token, it does in the microtasks of this one.
        setTimeout(() => {
          if (--pending === 0) settled();
        });
      }
    });
  }

  function forget(): void {
    lastHanded = undefined;
  }

  return { fetch, forget, isPending: () => pending > 0 };
}

/**
 * A token that is not `last`, and new if that can be had. Convex counts a whole lifetime from when it gets a token,
 * whatever its age: with an older one it would come back after the expiry, and stop its socket until then.
 */
async function anotherToken(auth: AuthClient, last: string | undefined): Promise<string | null> {
  const token = await auth.getToken({ notToken: last });
  if (token === null || isNew(token) || auth.state.status !== "active") return token;
  return auth.getToken({ forceRefresh: true, onTrouble: "throw", maxWaitMs: NEW_TOKEN_WAIT_MS }).catch(() => token);
}

/** Whether a token was issued just now. By a clock that is wrong none was: then there is one refresh more. */
function isNew(token: string): boolean {
  try {
    const { iat } = JSON.parse(atob((token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/")));
    return Math.abs(Date.now() / 1_000 - iat) < CONVEX_LEEWAY_SECONDS;
  } catch {
    return false;
  }
}

function isOver(state: AuthState): boolean {
  return !state.isAuthenticated && !state.isLoading;
}
