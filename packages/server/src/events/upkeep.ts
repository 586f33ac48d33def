import type { Clock } from "../clock/clock.ts";
import type { Chore, CleaningRule } from "../jobs/hygiene.ts";
import type { Database } from "../storage/database.ts";
import {
  addPartition,
  dropDetached,
  dropPartition,
  listPartitions,
  oldestStrayLine,
  type Partition,
  removeStrayLines,
} from "./partitions.ts";
import { type Week, weeksFrom } from "./weeks.ts";

// This week and the two that follow: a node that was off for a fortnight still finds the week it comes back in.
const weeksToHave = 3;

export interface EventUpkeepDeps {
  readonly database: Database;
  readonly clock: Clock;
  /** Seconds that a line is kept. */
  readonly keep: number;
}

/** What keeps the log in shape: weeks made ahead of time, and old ones removed as a whole. */
export interface EventUpkeep {
  readonly chore: Chore;
  readonly rules: readonly CleaningRule[];
}

export function createEventUpkeep({ database, clock, keep }: EventUpkeepDeps): EventUpkeep {
  const expired = async (before: Date) =>
    (await listPartitions(database)).filter(({ until }) => until !== null && until <= before);

  const weeks: CleaningRule = {
    name: "event_weeks",
    keep,
    oldest: async (before) => (await expired(before))[0]?.until ?? null,
    async removeBatch(before) {
      let count = 0;
      for (const { name } of await expired(before)) {
        // A backup may be reading it, for hours.
        if (await dropPartition(database, name)) count += 1;
      }
      return count;
    },
  };
  const strays: CleaningRule = {
    name: "events",
    keep,
    oldest: (before) => oldestStrayLine(database, before),
    removeBatch: (before, limit) => removeStrayLines(database, before, limit),
  };

  return {
    rules: [weeks, strays],
    chore: {
      async work() {
        await dropDetached(database);
        const partitions = await listPartitions(database);
        for (const week of weeksFrom(clock.now(), weeksToHave)) {
          if (!partitions.some((partition) => overlaps(partition, week))) await addPartition(database, week);
        }
      },
    },
  };
}

/** Whether a partition already holds some of a week. */
function overlaps({ from, until }: Partition, week: Week): boolean {
  return until !== null && until > week.from && (from === null || from < week.until);
}
