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
  /** Measures now: the middle of sending and receiving is taken as the moment the database answered. */
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
    const difference = theirs - (sent + received) / 2;
    // A difference within the round trip cannot be told from the network: then our own clock is as good.
    skewMs = Math.abs(difference) <= received - sent + 1 ? 0 : Math.round(difference);
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
