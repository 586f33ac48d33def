import type { CleaningRule } from "../jobs/hygiene.ts";
import type { Database } from "../storage/database.ts";
import { setKeys, tokenKeys } from "./key-kind.ts";
import { oldestRetirement, removeRetiredKeys } from "./store.ts";

// For nodes whose clock is behind, and for whoever looks why a token of yesterday is not believed.
const keepRetiredSeconds = 24 * 3_600;

/** A retired key leaves a day later, and with it the last copy of its private half. */
export function createKeyCleaning({ database }: { readonly database: Database }): CleaningRule[] {
  return [tokenKeys, setKeys].map((kind) => ({
    name: kind.table,
    keep: keepRetiredSeconds,
    oldest: (before) => oldestRetirement(database.queries, kind, before),
    removeBatch: (before, limit) => removeRetiredKeys(database.queries, kind, before, limit),
  }));
}
