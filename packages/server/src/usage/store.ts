import { sql } from "kysely";
import type { Database, Queries } from "../storage/database.ts";

/** Tokens of one client that met with one verdict. The client is empty where none is known. */
export interface HourCount {
  readonly clientId: string;
  readonly verdict: string;
  readonly tokens: number;
}

export interface NewReport {
  readonly serviceId: string;
  readonly reportId: string;
  readonly receivedAt: Date;
}

/** Notes a report; false when it was noted before. Of two at once, the second waits for the first. */
export async function insertReport(queries: Queries, report: NewReport): Promise<boolean> {
  const result = await queries
    .insertInto("usage_reports")
    .values({ service_id: report.serviceId, report_id: report.reportId, received_at: report.receivedAt })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/**
 * Adds to an hour's sums.
 *
 * @param counts one for each client and verdict, in an order that is always the same: two reports of one service must
 *   not wait for each other in a circle
 */
export async function addToHour(
  queries: Queries,
  { hour, serviceId }: { readonly hour: Date; readonly serviceId: string },
  counts: readonly HourCount[],
): Promise<void> {
  const clientIds = counts.map(({ clientId }) => clientId);
  const verdicts = counts.map(({ verdict }) => verdict);
  const tokens = counts.map((count) => count.tokens);
  await sql`
    insert into usage_hours (hour, service_id, client_id, verdict, tokens)
    select ${hour}::timestamptz, ${serviceId}, client_id, verdict, tokens
    from unnest(${clientIds}::text[], ${verdicts}::text[], ${tokens}::bigint[]) as counted(client_id, verdict, tokens)
    on conflict (hour, service_id, client_id, verdict)
    do update set tokens = usage_hours.tokens + excluded.tokens`.execute(queries);
}

/** The tables that only grow, by the moment that says how old a row is. */
const ages = { usage_reports: "received_at", usage_hours: "hour" } as const;
export type UsageTable = keyof typeof ages;

/** Removes rows from before a moment, the oldest first; says how many. */
export async function removeOld(database: Database, table: UsageTable, before: Date, limit: number): Promise<number> {
  const age = ages[table];
  const rows = await database.execute(
    `delete from ${table} where ctid = any(array(
       select ctid from ${table} where ${age} < $1 order by ${age} limit $2 for update skip locked))
     returning 1`,
    [before, limit],
  );
  return rows.length;
}

/** When the oldest row is of; null when none is from before the moment. */
export async function oldestRow(database: Database, table: UsageTable, before: Date): Promise<Date | null> {
  const age = ages[table];
  const [row] = await database.execute<{ at: Date | null }>(
    `select min(${age}) as at from ${table} where ${age} < $1`,
    [before],
  );
  return row?.at ?? null;
}
