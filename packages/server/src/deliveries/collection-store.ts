import { sql } from "kysely";
import type { Queries } from "../storage/database.ts";
import type { DeliveryState } from "./delivery.ts";

/** A message as its receiver fetches it. */
export interface Collected {
  readonly id: string;
  readonly messageId: string;
  readonly body: string;
}

export interface CollectQuery {
  readonly destinationId: string;
  /** Messages at most. */
  readonly limit: number;
  readonly now: Date;
  /** Only of this type. Default: of every type. */
  readonly type?: string | undefined;
  /** Not those that were handed out after this moment. Default: also those. */
  readonly idleSince?: Date | undefined;
}

/** Hands out messages. Two that ask at once share what there is. */
export async function collectWaiting(queries: Queries, { limit, now, ...query }: CollectQuery): Promise<Collected[]> {
  // Where a message is fetched, next_attempt_at says when it last was.
  const { rows } = await sql<{ id: string; message_id: string; body: string }>`
    with waiting as (
      select id from deliveries where ${isWaiting(query)}
      order by next_attempt_at, id limit ${limit} for update skip locked
    )
    update deliveries d set attempts = attempts + 1, next_attempt_at = ${now}
    from waiting where d.id = waiting.id
    returning d.id, d.message_id, d.body`.execute(queries);
  return rows
    .map(({ id, message_id, body }) => ({ id, messageId: message_id, body }))
    .sort((one, other) => (one.id < other.id ? -1 : 1));
}

/** Whether others wait than these. */
export async function hasWaiting(
  queries: Queries,
  query: Omit<CollectQuery, "limit" | "now">,
  except: readonly string[],
): Promise<boolean> {
  const { rows } = await sql`
    select from deliveries where ${isWaiting(query)} and id <> all(${except}::uuid[]) limit 1`.execute(queries);
  return rows.length > 0;
}

function isWaiting({ destinationId, type, idleSince }: Omit<CollectQuery, "limit" | "now">) {
  const ofType = type === undefined ? sql`true` : sql`type = ${type}`;
  const isIdle = idleSince === undefined ? sql`true` : sql`(attempts = 0 or next_attempt_at <= ${idleSince})`;
  return sql`destination_id = ${destinationId} and state = 'waiting' and ${ofType} and ${isIdle}`;
}

/** What a receiver will not have, and why: in a few words. */
export interface Refusal {
  readonly messageId: string;
  readonly error: string;
}

interface Settlement {
  readonly state: DeliveryState;
  readonly now: Date;
  readonly verdicts: readonly { readonly messageId: string; readonly error: string | null }[];
}

/** Settles messages, with a line in the log for each; says how many. */
export async function settleCollected(
  queries: Queries,
  destinationId: string,
  { state, now, verdicts }: Settlement,
): Promise<number> {
  if (verdicts.length === 0) return 0;
  const outcome = state === "delivered" ? "acknowledged" : "refused";
  const result = await sql`
    with verdicts as (
      select distinct on (message_id) message_id, error from unnest(
        ${verdicts.map(({ messageId }) => messageId)}::text[], ${verdicts.map(({ error }) => error)}::text[])
        as v(message_id, error)
    ),
    -- In one order: two that settle the same must not wait for each other.
    mine as (
      select d.id, v.error, d.next_attempt_at as handed_out_at from deliveries d join verdicts v using (message_id)
      where d.destination_id = ${destinationId} and d.state = 'waiting' and d.attempts > 0
      order by d.id for update of d
    ),
    settled as (
      update deliveries d set state = ${state}, finished_at = ${now} from mine
      where d.id = mine.id
      returning d.id, d.attempts, mine.error, mine.handed_out_at
    )
    insert into delivery_attempts (delivery_id, number, started_at, duration_ms, outcome, status, error, answer)
    select id, attempts, handed_out_at,
      greatest(0, least(2147483647, extract(epoch from ${now}::timestamptz - handed_out_at) * 1000))::int,
      ${outcome}::text, null, error, null
    from settled
    on conflict do nothing`.execute(queries);
  return Number(result.numAffectedRows ?? 0n);
}

/** Which of the messages that wait. */
export interface WithdrawSelection {
  readonly destinationId: string;
  /** Only of this type, and with a body (JSON) that has all of one of these members. Default: all. */
  readonly like?: { readonly type: string; readonly members: readonly object[] } | undefined;
}

/** Removes messages that wait. One that is under way may arrive all the same. */
export async function withdrawWaiting(queries: Queries, { destinationId, like }: WithdrawSelection): Promise<void> {
  const isLike = like
    ? sql`type = ${like.type} and body::jsonb @> any(${like.members.map((each) => JSON.stringify(each))}::jsonb[])`
    : sql`true`;
  await sql`
    delete from deliveries where destination_id = ${destinationId} and state = 'waiting' and ${isLike}`.execute(
    queries,
  );
}

/** What waits is due at once there, and starts over. */
export async function moveDestination(
  queries: Queries,
  id: string,
  { queue, now }: { readonly queue: string; readonly now: Date },
): Promise<void> {
  await queries.updateTable("delivery_destinations").set({ queue }).where("id", "=", id).execute();
  await sql`
    update deliveries set step = 0, next_attempt_at = ${now}
    where destination_id = ${id} and state = 'waiting'`.execute(queries);
}
