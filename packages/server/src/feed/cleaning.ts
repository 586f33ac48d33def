import type { CleaningRule } from "../jobs/hygiene.ts";
import type { Database } from "../storage/database.ts";
import { oldestTelling, removeTellings } from "./tellings-store.ts";

export interface FeedCleaningDeps {
  readonly database: Database;
  /** Seconds that it is kept whom the feed told. */
  readonly keep: number;
}

/** Whom the feed told leaves with the sessions whose ends were told. */
export function createFeedCleaning({ database, keep }: FeedCleaningDeps): CleaningRule {
  return {
    name: "feed_tellings",
    keep,
    oldest: (before) => oldestTelling(database, before),
    removeBatch: (before, limit) => removeTellings(database, before, limit),
  };
}
