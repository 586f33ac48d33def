import type { Clock } from "@holdfast/verify";

/** Holdfast's clock, as far as this machine knows it. Milliseconds since 1970. */
export interface ServerClock extends Clock {
  /** Whether Holdfast has ever told its time; before that it is this machine's. */
  readonly isKnown: boolean;
  /** Takes in `server_time_ms` of an answer, and when its request left and the answer came, by this machine's clock. */
  learn(sample: { readonly serverTime: number; readonly sentAt: number; readonly receivedAt: number }): void;
}

interface Estimate {
  readonly offset: number;
  /** Milliseconds the offset may be wrong by. */
  readonly error: number;
}

/**
 * Keeps the tightest estimate of the difference between two clocks. One that contradicts it (the bounds of both do not
 * meet) takes its place, however wide: one of the clocks was set.
 */
export function createServerClock(clock: Clock): ServerClock {
  let estimate: Estimate | null = null;
  return {
    now: () => clock.now() + (estimate?.offset ?? 0),
    get isKnown() {
      return estimate !== null;
    },
    learn({ serverTime, sentAt, receivedAt }) {
      const error = Math.max(receivedAt - sentAt, 0) / 2;
      const sample = { offset: serverTime - (sentAt + receivedAt) / 2, error };
      const isContradicted = estimate && Math.abs(sample.offset - estimate.offset) > sample.error + estimate.error;
      if (!estimate || isContradicted || error <= estimate.error) estimate = sample;
    },
  };
}
