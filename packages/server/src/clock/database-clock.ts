import type { Clock } from "./clock.ts";

/** A node whose own clock is further off than this says so and is not ready. */
export const maximumSkewMs = 5_000;

const measureEveryMs = 30_000;

interface DatabaseClockDeps {
  /** Asks the database for its time: milliseconds since the epoch. */
  readonly databaseNow: () => Promise<number>;
  readonly local: Clock;
  readonly onError?: (error: unknown) => void;
}

/** The local clock, corrected by its measured distance from the database's. All nodes thus share one time. */
export interface DatabaseClock extends Clock {
  /** The database's clock minus ours, in milliseconds. */
  readonly skewMs: number;
  /** Measures now. The middle of sending and receiving counts as the moment the database answered. */
  measure(): Promise<void>;
  stop(): void;
}

/** Makes a clock that follows the database's. Measures once before it returns, then every 30 s. */
export async function createDatabaseClock({ databaseNow, local, onError }: DatabaseClockDeps): Promise<DatabaseClock> {
  let skewMs = 0;

  async function measure(): Promise<void> {
    const sent = local.now();
    const theirs = await databaseNow();
    const received = local.now();
    // The database answered between the two: its lead lies between these. As long as what we know fits, it stays, or a
    // slow answer would make the time jump; 1 ms is what whole milliseconds leave open.
    const least = theirs - received - 1;
    const most = theirs - sent + 1;
    if (skewMs < least || skewMs > most) skewMs = Math.round((least + most) / 2);
  }

  await measure();
  const timer = setInterval(() => void measure().catch((error) => onError?.(error)), measureEveryMs);
  timer.unref();
  return {
    now: () => local.now() + skewMs,
    get skewMs() {
      return skewMs;
    },
    measure,
    stop: () => clearInterval(timer),
  };
}
