import { sql } from "kysely";
import type { Queries } from "../storage/database.ts";

/** When to look at a session. */
export interface Check {
  readonly sessionId: string;
  readonly checkAt: Date;
}

/** Notes when to look at new sessions; those that are gone already are left out. */
export async function insertChecks(queries: Queries, checks: readonly Check[]): Promise<void> {
  await sql`
    insert into session_checks (session_id, check_at)
    select id, check_at
    from unnest(${checks.map((check) => check.sessionId)}::uuid[], ${checks.map((check) => check.checkAt)}::timestamptz[])
      as n(id, check_at)
    where exists (select from sessions where sessions.id = n.id)
    on conflict do nothing`.execute(queries);
}

export const batchSize = 100;

/** Locks sessions that are to be looked at, those first whose time came first; those that another node has are left out. */
export async function lockDue(queries: Queries, now: Date): Promise<string[]> {
  const rows = await queries
    .selectFrom("session_checks")
    .select("session_id")
    .where("check_at", "<=", now)
    .orderBy("check_at")
    .limit(batchSize)
    .forUpdate()
    .skipLocked()
    .execute();
  return rows.map((row) => row.session_id);
}

export async function moveCheck(queries: Queries, { sessionId, checkAt }: Check): Promise<void> {
  await queries.updateTable("session_checks").set({ check_at: checkAt }).where("session_id", "=", sessionId).execute();
}

export async function removeCheck(queries: Queries, sessionId: string): Promise<void> {
  await queries.deleteFrom("session_checks").where("session_id", "=", sessionId).execute();
}
