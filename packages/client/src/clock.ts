import type { ClientEnv, Milliseconds } from "./env.ts";

/** One moment by both clocks of the device. Neither suffices alone: one steps, the other may stand still in sleep. */
export interface Moment {
  readonly wall: Milliseconds;
  readonly monotonic: Milliseconds;
}

export interface Clock {
  now(): Moment;
  /** How long ago that was. Errs towards too long: sleep and a forward step count, a backward step does not. */
  elapsed(since: Moment): Milliseconds;
  /** Takes in what the server's clock said in the answer to a request that was sent at `sent`; if it said anything. */
  learn(serverTime: unknown, sent: Moment): void;
  /** The server's time, milliseconds since the epoch; null while nothing is known, or the wall clock has stepped since. */
  serverNow(): Milliseconds | null;
  /** How far the wall clock is surely behind (positive) or ahead of the server's. */
  skew(): Milliseconds;
}

// Beyond this between the two clocks the wall clock was set, or the monotonic one slept: either may be.
const stepTolerance: Milliseconds = 1000;

export function createClock({ wallNow, monotonicNow }: Pick<ClientEnv, "wallNow" | "monotonicNow">): Clock {
  /** What to add to the wall clock for the server's, and by how much that may be wrong. */
  let kept: { readonly at: Moment; readonly offset: Milliseconds; readonly error: Milliseconds } | null = null;

  const now = (): Moment => ({ wall: wallNow(), monotonic: monotonicNow() });

  function isSteady(from: Moment, to: Moment): boolean {
    return Math.abs(to.wall - from.wall - (to.monotonic - from.monotonic)) <= stepTolerance;
  }

  const isNear = (offset: Milliseconds, error: Milliseconds) =>
    kept && Math.abs(kept.offset - offset) <= kept.error + error + stepTolerance;

  return {
    now,
    elapsed({ wall, monotonic }) {
      return Math.max(monotonicNow() - monotonic, wallNow() - wall, 0);
    },
    learn(serverTime, sent) {
      const at = now();
      if (!Number.isFinite(serverTime) || !isSteady(sent, at)) return;
      const offset = Number(serverTime) - (sent.wall + at.wall) / 2;
      const error = (at.monotonic - sent.monotonic) / 2;
      // The tightest counts, until one contradicts it: then a clock was set.
      const isKept = kept && isSteady(kept.at, at) && kept.error <= error;
      if (!isKept || !isNear(offset, error)) kept = { at, offset, error };
    },
    serverNow() {
      const at = now();
      return kept && isSteady(kept.at, at) ? at.wall + kept.offset : null;
    },
    skew: () => (kept ? Math.sign(kept.offset) * Math.max(0, Math.abs(kept.offset) - kept.error) : 0),
  };
}
