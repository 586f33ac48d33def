import type { CleaningRule } from "../jobs/hygiene.ts";
import type { Database } from "../storage/database.ts";
import { oldestEnd, removeEndedSessions } from "./store.ts";

export interface SessionCleaningDeps {
  readonly database: Database;
  /** Seconds that a session is kept after its end. */
  readonly keep: number;
}

/**
 * Sessions leave some time after they were revoked or reached their absolute limit, and take their grants along. One that
 * has only run idle stays until then: when that was depends on every one of its grants, which no index can follow without
 * making each refresh dearer.
 */
export function createSessionCleaning({ database, keep }: SessionCleaningDeps): CleaningRule {
  return {
    name: "sessions",
    keep,
    oldest: (before) => oldestEnd(database, before),
    removeBatch: (before, limit) => removeEndedSessions(database, before, limit),
  };
}
