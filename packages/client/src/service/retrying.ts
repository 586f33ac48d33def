import { AuthError } from "../auth-error.ts";
import type { Clock } from "../clock.ts";
import type { Milliseconds } from "../env.ts";
import { createServiceBackoff } from "./service-backoff.ts";
import type { ServiceEnv } from "./service-env.ts";
import { pause } from "./waiting.ts";

export interface RetryingOptions {
  readonly env: ServiceEnv;
  readonly clock: Clock;
  /** Give up after so long, and throw the last trouble. */
  readonly atMostMs: Milliseconds;
  readonly signal: AbortSignal;
  readonly onTrouble: (trouble: AuthError) => void;
}

/**
 * Does it again, backing off, until it works or fails for a reason that does not pass.
 *
 * @throws AuthError of the last attempt
 */
export async function retrying<Result>(
  attempt: () => Promise<Result>,
  { env, clock, atMostMs, signal, onTrouble }: RetryingOptions,
): Promise<Result> {
  const began = clock.now();
  const backoff = createServiceBackoff(env);
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof AuthError) || error.kind !== "transient" || signal.aborted) throw error;
      onTrouble(error);
      const delayMs = backoff.next(error);
      if (clock.elapsed(began) + delayMs >= atMostMs) throw error;
      await pause(delayMs, env, signal);
    }
  }
}
