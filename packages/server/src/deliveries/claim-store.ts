import { sql } from "kysely";
import type { Queries } from "../storage/database.ts";
import type { DueDelivery } from "./delivery.ts";
import { maximumSteps } from "./schedule.ts";

// Longer than any attempt takes. A node that ends in the middle of one leaves it to the others after this.
export const leaseMs = 30_000;

interface DueRow {
  readonly id: string;
  readonly destination_id: string;
  readonly message_id: string;
  readonly type: string;
  readonly body: string;
  readonly occurred_at: Date;
  readonly attempts: number;
  readonly step: number;
}

export interface ClaimRequest {
  readonly queue: string;
  readonly now: Date;
  /** Messages at most, in all. */
  readonly limit: number;
  /** Attempts under way at most, to one destination. One that fails gets them one at a time. */
  readonly perDestination: number;
  /** What is under way here: the message, and where it goes. */
  readonly underWay: ReadonlyMap<string, string>;
}

/** Takes messages whose time has come: nobody else attempts them until the lease ends. */
export async function claimDue(
  queries: Queries,
  { queue, now, limit, perDestination, underWay }: ClaimRequest,
): Promise<DueDelivery[]> {
  const leasedUntil = new Date(now.getTime() + leaseMs);
  const [ids, destinations] = [[...underWay.keys()], [...underWay.values()]];
  const { rows } = await sql<DueRow>`
    with room as (
      select d.id, case when d.failing_since is null then ${perDestination}::int else 1 end
        - (select count(*)::int from unnest(${destinations}::uuid[]) as busy(id) where busy.id = d.id) as free
      from delivery_destinations d
      where d.queue = ${queue} and d.disabled_at is null and (d.paused_until is null or d.paused_until <= ${now})
    ),
    due as (
      select waiting.id
      -- In no order: where there is more to do than may be done, nobody is always the last.
      from (select id, free from room where free > 0 order by random()) r
      cross join lateral (
        select id from deliveries
        where destination_id = r.id and state = 'waiting' and next_attempt_at <= ${now} and id <> all(${ids}::uuid[])
        order by next_attempt_at
        limit r.free
        for update skip locked
      ) waiting
      limit ${limit}
    )
    update deliveries d set attempts = attempts + 1, step = step + 1, next_attempt_at = ${leasedUntil}
    from due where d.id = due.id
    returning d.id, d.destination_id, d.message_id, d.type, d.body, d.occurred_at, d.attempts, d.step`.execute(queries);
  return rows.map(toDue);
}

/** Takes one message, due or not, for its last attempt; null when it is settled or not there. */
export async function claimOne(queries: Queries, id: string, now: Date): Promise<DueDelivery | null> {
  const leasedUntil = new Date(now.getTime() + leaseMs);
  const { rows } = await sql<DueRow>`
    update deliveries d set attempts = attempts + 1, step = ${maximumSteps}, next_attempt_at = ${leasedUntil}
    where d.id = ${id} and d.state = 'waiting'
    returning d.id, d.destination_id, d.message_id, d.type, d.body, d.occurred_at, d.attempts, d.step`.execute(queries);
  const [row] = rows;
  return row ? toDue(row) : null;
}

/** Gives back a message whose attempt was called off, as if it had not begun. */
export async function releaseClaim(queries: Queries, { id, number }: DueDelivery, now: Date): Promise<void> {
  await sql`
    update deliveries set attempts = attempts - 1, step = step - 1, next_attempt_at = ${now}
    where id = ${id} and attempts = ${number} and state = 'waiting'`.execute(queries);
}

function toDue(row: DueRow): DueDelivery {
  return {
    id: row.id,
    destinationId: row.destination_id,
    messageId: row.message_id,
    type: row.type,
    body: row.body,
    occurredAt: row.occurred_at,
    number: row.attempts,
    step: row.step,
  };
}
