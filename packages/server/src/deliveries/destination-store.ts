import { sql } from "kysely";
import type { Queries } from "../storage/database.ts";

/** Where messages go, and how it is doing. */
export interface Destination {
  readonly id: string;
  readonly createdAt: Date;
  readonly pausedUntil: Date | null;
  readonly failingSince: Date | null;
  readonly failures: number;
  readonly disabledAt: Date | null;
  readonly disabledReason: string | null;
}

export async function insertDestination(
  queries: Queries,
  { id, queue, now }: { readonly id: string; readonly queue: string; readonly now: Date },
): Promise<void> {
  await queries.insertInto("delivery_destinations").values({ id, queue, created_at: now }).execute();
}

/** Disables a destination; false when it was already. */
export async function disableDestination(
  queries: Queries,
  id: string,
  { reason, now }: { readonly reason: string; readonly now: Date },
): Promise<boolean> {
  const result = await queries
    .updateTable("delivery_destinations")
    .set({ disabled_at: now, disabled_reason: reason })
    .where("id", "=", id)
    .where("disabled_at", "is", null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Locks a destination's row: what is written about it next waits for the caller's transaction. */
export async function holdDestination(queries: Queries, id: string): Promise<void> {
  await queries.selectFrom("delivery_destinations").select("id").where("id", "=", id).forNoKeyUpdate().execute();
}

/** Lets messages go there again, with a clean record. */
export async function enableDestination(queries: Queries, id: string): Promise<boolean> {
  const row = await queries
    .with("former", (build) =>
      build.selectFrom("delivery_destinations").select(["id", "disabled_at"]).where("id", "=", id).forNoKeyUpdate(),
    )
    .updateTable("delivery_destinations")
    .from("former")
    .set({
      ...{ disabled_at: null, disabled_reason: null, paused_until: null },
      ...{ failing_since: null, failures: 0, failing_told_at: null },
    })
    .whereRef("delivery_destinations.id", "=", "former.id")
    .returning("former.disabled_at as disabled_before")
    .executeTakeFirst();
  return row !== undefined && row.disabled_before !== null;
}

/** Removes a destination with its messages and their log. */
export async function removeDestination(queries: Queries, id: string): Promise<void> {
  await queries.deleteFrom("delivery_destinations").where("id", "=", id).execute();
}

/** How a queue is doing. */
export interface Figures {
  /** Messages that wait, to destinations that are not disabled; counted up to 10,000. */
  readonly waiting: number;
  /** When the one was due that is overdue longest; null when none is. */
  readonly oldestDueAt: Date | null;
  readonly failing: number;
  readonly disabled: number;
}

export async function readFigures(queries: Queries, queue: string, now: Date): Promise<Figures> {
  const { rows } = await sql<{ waiting: number; oldest_due_at: Date | null; failing: number; disabled: number }>`
    with mine as (select * from delivery_destinations where queue = ${queue})
    select
      (select count(*)::int from (
        select from deliveries d join mine on mine.id = d.destination_id
        where d.state = 'waiting' and mine.disabled_at is null limit 10000) w) as waiting,
      (select min(due.next_attempt_at) from mine cross join lateral (
        select next_attempt_at from deliveries
        where destination_id = mine.id and state = 'waiting' and next_attempt_at <= ${now}
        order by next_attempt_at limit 1) due
        where mine.disabled_at is null) as oldest_due_at,
      (select count(*)::int from mine where failing_since is not null and disabled_at is null) as failing,
      (select count(*)::int from mine where disabled_at is not null) as disabled`.execute(queries);
  const [row] = rows;
  return {
    waiting: row?.waiting ?? 0,
    oldestDueAt: row?.oldest_due_at ?? null,
    failing: row?.failing ?? 0,
    disabled: row?.disabled ?? 0,
  };
}
