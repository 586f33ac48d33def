import { AuthError } from "../auth-error.ts";
import type { Milliseconds } from "../env.ts";
import type { ServiceEnv } from "./service-env.ts";

/** Beyond this runtimes fire at once. Nobody waits for 24 days and notices. */
const longestTimerMs = 2 ** 31 - 1;

/** What a caller hears whose signal was aborted. The work goes on for the others. */
function requestAborted(cause?: unknown): AuthError {
  return new AuthError("request_aborted", "The caller no longer waits.", { kind: "transient", cause });
}

/**
 * Settles as `work` does; after `atMostMs` with `late()`, and at once when the signal is aborted. The work itself goes on.
 *
 * @throws AuthError `request_aborted`, and whatever `late` makes
 */
export function waitFor<Result>(
  work: Promise<Result>,
  env: Pick<ServiceEnv, "setTimer" | "clearTimer">,
  limits: { readonly atMostMs: Milliseconds; readonly late: () => AuthError; readonly signal: AbortSignal | undefined },
): Promise<Result> {
  const { atMostMs, late, signal } = limits;
  if (signal?.aborted) return Promise.reject(requestAborted(signal.reason));
  const isLimited = atMostMs <= longestTimerMs;
  if (signal === undefined && !isLimited) return work;
  return new Promise((resolve, reject) => {
    const abort = () => settle(() => reject(requestAborted(signal?.reason)));
    const timer = isLimited ? env.setTimer(() => settle(() => reject(late())), atMostMs) : null;
    function settle(how: () => void): void {
      if (timer !== null) env.clearTimer(timer);
      signal?.removeEventListener("abort", abort);
      how();
    }
    signal?.addEventListener("abort", abort);
    work.then(
      (result) => settle(() => resolve(result)),
      (error) => settle(() => reject(error)),
    );
  });
}

/**
 * Resolves after `delayMs`.
 *
 * @throws AuthError `request_aborted`
 */
export function pause(
  delayMs: Milliseconds,
  env: Pick<ServiceEnv, "setTimer" | "clearTimer">,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(requestAborted(signal.reason));
    const abort = () => {
      env.clearTimer(timer);
      reject(requestAborted(signal?.reason));
    };
    const timer = env.setTimer(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, delayMs);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
