import type { CleaningRule } from "../jobs/hygiene.ts";
import type { Database } from "../storage/database.ts";
import { oldestRow, removeOld, type UsageTable } from "./store.ts";
import { oldestReportSeconds } from "./usage.ts";

const daySeconds = 86_400;

/** A report's id is kept for longer than the report may come again; the sums for three months. */
const keep: Readonly<Record<UsageTable, number>> = {
  usage_reports: oldestReportSeconds + daySeconds,
  usage_hours: 92 * daySeconds,
};

/** What was counted leaves as well. */
export function createUsageCleaning({ database }: { readonly database: Database }): CleaningRule[] {
  return (["usage_reports", "usage_hours"] as const).map((table) => ({
    name: table,
    keep: keep[table],
    oldest: (before) => oldestRow(database, table, before),
    removeBatch: (before, limit) => removeOld(database, table, before, limit),
  }));
}
