import { type AccessToken, remainingOf } from "./access-token.ts";
import type { GetTokenOptions } from "./auth-client.ts";
import { type AuthError, transient } from "./auth-error.ts";
import type { Clock } from "./clock.ts";
import type { ClientEnv } from "./env.ts";
import type { Want } from "./refresh.ts";
import type { Session } from "./session.ts";

/** What is asked of the waiters: what `getToken` takes, and what a person does. */
export interface TokenRequest extends GetTokenOptions, Want {
  /** Wants the server asked, whoever is signed in or not: answered by the end of the next refresh at the latest. */
  readonly isProbe?: boolean;
}

interface Waiter {
  readonly request: TokenRequest;
  /** The token that was there before. */
  readonly held: AccessToken | null;
  resolve(token: AccessToken | null): void;
  reject(error: AuthError): void;
}

/** Those who wait for a token. */
export interface Waiters {
  /** Resolves with a token that will do, or null when there is no session. @throws AuthError by the request */
  add(request: TokenRequest): Promise<AccessToken | null>;
  /** What the first still waits for. */
  next(): TokenRequest | undefined;
  /** Answers those that can be answered. */
  settle(): void;
  /** Tells them of trouble: each has said what it wants then. Only those for this account, where one is named. */
  fail(error: AuthError, account?: string): void;
  /** Nobody waits any more; or nobody who only wanted the server asked. */
  dismiss(isProbe?: boolean): void;
}

export function createWaiters({ env, clock, session }: { env: ClientEnv; clock: Clock; session: Session }): Waiters {
  const waiting = new Set<Waiter>();

  function tokenOf({ request, held }: Waiter): AccessToken | null {
    const { account, forceRefresh, notToken, minRemainingMs } = request;
    const token = session.tokenFor(account);
    const isOther = token?.value !== notToken && !(forceRefresh && token === held);
    return token && isOther && remainingOf(token, clock, minRemainingMs) > 0 ? token : null;
  }

  return {
    add(request) {
      return new Promise((resolve, reject) => {
        const { account, signal, maxWaitMs } = request;
        const leave = <Outcome>(settle: (outcome: Outcome) => void) =>
          function finish(outcome: Outcome): void {
            waiting.delete(waiter);
            env.clearTimer(timer);
            signal?.removeEventListener("abort", abort);
            settle(outcome);
          };
        const waiter: Waiter = {
          request,
          held: session.tokenFor(account),
          resolve: leave(resolve),
          reject: leave(reject),
        };
        const expire = () => waiter.reject(session.trouble() ?? transient("request_timeout", "No token came in time."));
        const abort = () => waiter.reject(transient("request_aborted", "Given up.", { cause: signal?.reason }));
        const timer = maxWaitMs === undefined ? null : env.setTimer(expire, maxWaitMs);
        waiting.add(waiter);
        signal?.addEventListener("abort", abort);
        if (signal?.aborted) abort();
      });
    },
    next: () => [...waiting].find((waiter) => !tokenOf(waiter))?.request,
    settle() {
      for (const waiter of [...waiting]) {
        const token = tokenOf(waiter);
        if (token || (session.isOver() && !waiter.request.isProbe)) waiter.resolve(token);
      }
    },
    fail(error, only) {
      for (const { request, resolve, reject } of [...waiting]) {
        const { onTrouble = "wait", account } = request;
        if (only !== undefined && account !== only) continue;
        const stale = onTrouble === "stale-ok" && session.tokenFor(account);
        if (stale) resolve(stale);
        // Nothing that comes by itself would help.
        else if (onTrouble !== "wait" || error.kind !== "transient") reject(error);
      }
    },
    dismiss(isProbe) {
      for (const { request, resolve } of [...waiting]) if (!isProbe || request.isProbe) resolve(null);
    },
  };
}
