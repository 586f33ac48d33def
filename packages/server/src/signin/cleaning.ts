import type { CleaningRule } from "../jobs/hygiene.ts";
import type { Database } from "../storage/database.ts";
import { oldestExpiry, removeExpired } from "./store.ts";

// A return is told "expired" rather than "unknown" for a while.
const keepExpiredSeconds = 3_600;

/** Sign-ins under way and one-time codes leave an hour after they expired. */
export function createSigninCleaning({ database }: { readonly database: Database }): CleaningRule[] {
  return (["attempts", "codes"] as const).map((kind) => ({
    name: `signin_${kind}`,
    keep: keepExpiredSeconds,
    oldest: (before) => oldestExpiry(database, kind, before),
    removeBatch: (before, limit) => removeExpired(database, kind, before, limit),
  }));
}
