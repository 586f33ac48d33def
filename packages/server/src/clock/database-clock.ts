import { runPeriodically } from "../jobs/periodic.ts";
import type { Clock } from "./clock.ts";

/** A node whose own clock is further off than this says so and is not ready. */
export const maximumSkewMs = 5_000;

const measureEveryMs = 30_000;
const watchEveryMs = 1_000;
// No clock is slewed by this much between two looks: one that moved so far was set, or the machine slept.
const jumpMs = 1_000;

interface DatabaseClockDeps {
  /** Asks the database for its time: milliseconds since the epoch. */
  readonly databaseNow: () => Promise<number>;
  /** This machine's clock, which anybody may set. */
  readonly local: Clock;
  /** Milliseconds since some moment, which nobody can set, and which stand still while the machine sleeps. */
  readonly elapsed: () => number;
  readonly onError?: (error: unknown) => void;
  /** Told when this machine's clock goes too far off, and when it is right again. */
  readonly onSkew?: (skewMs: number) => void;
}

/** The database's time, measured now and then, and counted on by what nobody can set. All nodes thus share one time. */
export interface DatabaseClock extends Clock {
  /** The database's clock minus this machine's, in milliseconds. */
  readonly skewMs: number;
  /** Measures now. The middle of sending and receiving counts as the moment the database answered. */
  measure(): Promise<void>;
  stop(): void;
}

/**
 * Makes a clock that follows the database's. Measures once before it returns, then every 30 s, and within a second of
 * this machine's clock having been set or the machine having slept. A clock that is set moves nothing here; only after a
 * sleep our time is behind until the measurement is in.
 */
export async function createDatabaseClock(deps: DatabaseClockDeps): Promise<DatabaseClock> {
  const { databaseNow, local, elapsed, onError, onSkew } = deps;
  const localLead = () => local.now() - elapsed();
  // Until the database says otherwise, ours is right.
  let lead = localLead();
  let seenLocalLead = lead;
  let measuredAt = elapsed();
  let isSkewed = false;

  async function measure(): Promise<void> {
    const nextLocalLead = localLead();
    const sent = elapsed();
    measuredAt = sent;
    const theirs = await databaseNow();
    const received = elapsed();
    // The database answered between the two: its lead lies between these. As long as what we know fits, it stays, or a
    // slow answer would make the time jump; 1 ms is what whole milliseconds leave open.
    const least = theirs - received - 1;
    const most = theirs - sent + 1;
    if (lead < least || lead > most) lead = (least + most) / 2;
    seenLocalLead = nextLocalLead;
  }

  const skewMs = () => Math.round(lead - localLead());

  function tellSkew(): void {
    const isOff = Math.abs(skewMs()) > maximumSkewMs;
    if (isOff !== isSkewed) onSkew?.(skewMs());
    isSkewed = isOff;
  }

  async function watch(): Promise<void> {
    const hasJumped = Math.abs(localLead() - seenLocalLead) > jumpMs;
    if (hasJumped || elapsed() - measuredAt >= measureEveryMs) await measure();
    tellSkew();
  }

  await measure();
  tellSkew();
  const watching = runPeriodically({ everyMs: watchEveryMs, work: watch, onError: (error) => onError?.(error) });
  return {
    now: () => Math.round(elapsed() + lead),
    get skewMs() {
      return skewMs();
    },
    measure,
    stop: () => void watching.stop(),
  };
}
