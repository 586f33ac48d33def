import type { ClientEnv, Milliseconds } from "../env.ts";
import type { ConnectionEnd } from "./connection.ts";

export interface ReconnectDelay {
  /** How long to wait after this end, the next of a row. */
  next(end: ConnectionEnd): Milliseconds;
  /** Whether the row has just begun. */
  isFirst(): boolean;
  /** A connection has held for a while: the row has ended. */
  reset(): void;
}

const first: Milliseconds = 1000;
const longest: Milliseconds = 60_000;
// Somebody has to change something first: the configuration, or the server's version.
const refused: Milliseconds = 300_000;

/** Exponential, with jitter over all but the first tenth: when a server restarts, thousands come back. */
export function createReconnectDelay({ random }: Pick<ClientEnv, "random">): ReconnectDelay {
  let failures = 0;

  function capOf(end: ConnectionEnd): Milliseconds {
    const isBusy = end.kind === "refused" && (end.status === 429 || end.status >= 500);
    if (end.kind === "refused" && !isBusy) return refused;
    return Math.min(first * 2 ** Math.min(failures, 10), longest);
  }

  return {
    next(end) {
      const delay = capOf(end) * (0.1 + 0.9 * random());
      failures += 1;
      return end.kind === "refused" ? Math.max(delay, (end.retryAfterMs ?? 0) * (1 + random())) : delay;
    },
    isFirst: () => failures === 0,
    reset() {
      failures = 0;
    },
  };
}
