import { sql } from "kysely";
import { uuidv7 } from "../crypto/uuid.ts";
import type { Queries } from "../storage/database.ts";
import type { DeliveryState, LoggedAttempt, LoggedDelivery, NewDelivery } from "./delivery.ts";

/** Queues messages that are due at once; one that the destination has been sent or is to be sent is left as it is. */
export async function insertDeliveries(queries: Queries, deliveries: readonly NewDelivery[], now: Date): Promise<void> {
  if (deliveries.length === 0) return;
  await sql`${insertRows(deliveries, now)} on conflict (destination_id, message_id) do nothing`.execute(queries);
}

/** Queues messages to be sent anew: those that were settled start over. Answers with how many are on their way now. */
export async function resendDeliveries(
  queries: Queries,
  deliveries: readonly NewDelivery[],
  now: Date,
): Promise<number> {
  if (deliveries.length === 0) return 0;
  const result = await sql`${insertRows(deliveries, now)}
    on conflict (destination_id, message_id) do update
    set state = 'waiting', step = 0, next_attempt_at = excluded.next_attempt_at, finished_at = null
    where deliveries.state <> 'waiting'`.execute(queries);
  return Number(result.numAffectedRows ?? 0n);
}

function insertRows(deliveries: readonly NewDelivery[], now: Date) {
  return sql`
    insert into deliveries
      (id, destination_id, message_id, type, body, occurred_at, created_at, state, next_attempt_at)
    select id, destination_id, message_id, type, body, occurred_at, ${now}, 'waiting', not_before
    from unnest(
      ${deliveries.map(() => uuidv7(now.getTime()))}::uuid[], ${deliveries.map((each) => each.destinationId)}::uuid[],
      ${deliveries.map((each) => each.messageId)}::text[], ${deliveries.map((each) => each.type)}::text[],
      ${deliveries.map((each) => each.body)}::text[], ${deliveries.map((each) => each.occurredAt)}::timestamptz[],
      ${deliveries.map((each) => each.notBefore ?? now)}::timestamptz[])
      as n(id, destination_id, message_id, type, body, occurred_at, not_before)`;
}

/** Which messages of a destination. */
export interface DeliverySelection {
  readonly destinationId: string;
  readonly state?: DeliveryState | undefined;
  readonly messageIds?: readonly string[] | undefined;
  /** When the event was: from this moment, and before that one. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** Sends settled messages anew. Answers with how many. */
export async function resendSelected(queries: Queries, selection: DeliverySelection, now: Date): Promise<number> {
  let query = queries
    .updateTable("deliveries")
    .set({ state: "waiting", step: 0, next_attempt_at: now, finished_at: null })
    .where("destination_id", "=", selection.destinationId)
    .where("state", "=", selection.state ?? "failed");
  if (selection.messageIds) query = query.where("message_id", "=", anyOf(selection.messageIds));
  if (selection.from) query = query.where("occurred_at", ">=", selection.from);
  if (selection.to) query = query.where("occurred_at", "<", selection.to);
  return Number((await query.executeTakeFirst()).numUpdatedRows);
}

function anyOf(values: readonly string[]) {
  return sql<string>`any(${values}::text[])`;
}

/** Messages of a destination, newest first, each with its last attempt. */
export async function listDeliveries(
  queries: Queries,
  { destinationId, state, messageIds }: DeliverySelection,
  limit: number,
): Promise<LoggedDelivery[]> {
  let query = queries
    .selectFrom("deliveries as d")
    .leftJoinLateral(
      (build) =>
        build
          .selectFrom("delivery_attempts")
          .selectAll()
          .whereRef("delivery_id", "=", "d.id")
          .orderBy("number", "desc")
          .limit(1)
          .as("a"),
      (join) => join.onTrue(),
    )
    .select(["d.id", "d.destination_id", "d.message_id", "d.type", "d.occurred_at", "d.created_at", "d.state"])
    .select(["d.attempts", "d.next_attempt_at", "d.finished_at"])
    .select(["a.number", "a.started_at", "a.duration_ms", "a.outcome", "a.status", "a.error", "a.answer"])
    .where("d.destination_id", "=", destinationId)
    .orderBy("d.id", "desc")
    .limit(limit);
  if (state) query = query.where("d.state", "=", state);
  if (messageIds) query = query.where("d.message_id", "=", anyOf(messageIds));
  return (await query.execute()).map((row) => ({
    id: row.id,
    destinationId: row.destination_id,
    messageId: row.message_id,
    type: row.type,
    occurredAt: row.occurred_at,
    createdAt: row.created_at,
    state: row.state as DeliveryState,
    attempts: row.attempts,
    nextAttemptAt: row.state === "waiting" ? row.next_attempt_at : null,
    finishedAt: row.finished_at,
    last: toAttempt(row),
  }));
}

interface AttemptRow {
  readonly number: number | null;
  readonly started_at: Date | null;
  readonly duration_ms: number | null;
  readonly outcome: string | null;
  readonly status: number | null;
  readonly error: string | null;
  readonly answer: string | null;
}

function toAttempt({
  number,
  started_at,
  duration_ms,
  outcome,
  status,
  error,
  answer,
}: AttemptRow): LoggedAttempt | null {
  if (number === null || started_at === null || duration_ms === null || outcome === null) return null;
  return { number, startedAt: started_at, durationMs: duration_ms, outcome, status, error, answer };
}

/** Every attempt of a message that came to its end, in order. */
export async function listAttempts(queries: Queries, deliveryId: string): Promise<LoggedAttempt[]> {
  const rows = await queries
    .selectFrom("delivery_attempts")
    .selectAll()
    .where("delivery_id", "=", deliveryId)
    .orderBy("number")
    .execute();
  return rows.map(toAttempt).filter((attempt) => attempt !== null);
}

/** When the oldest message was made that was made before a moment; null when there is none. */
export async function oldestDelivery(queries: Queries, before: Date): Promise<Date | null> {
  const row = await queries.selectFrom("deliveries").select("created_at").orderBy("id").limit(1).executeTakeFirst();
  return row && row.created_at < before ? row.created_at : null;
}

/** Removes messages that were made before a moment, the oldest first; answers with how many. */
export async function removeDeliveries(queries: Queries, before: Date, limit: number): Promise<number> {
  const result = await sql`
    delete from deliveries where id in (
      select id from deliveries where id < ${uuidv7(before.getTime())} and created_at < ${before}
      order by id limit ${limit} for update skip locked
    )`.execute(queries);
  return Number(result.numAffectedRows ?? 0n);
}
