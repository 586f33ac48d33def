import { sql } from "kysely";
import type { Queries } from "../storage/database.ts";
import { leaseMs } from "./claim-store.ts";
import type { DeliveryState, DueDelivery, LoggedAttempt } from "./delivery.ts";

/** How a destination is doing. */
export interface Health {
  readonly failingSince: Date;
  /** Whether it was told of that it fails. */
  readonly isTold: boolean;
  readonly isDisabled: boolean;
}

/**
 * Notes that a destination took a message. Answers with how it did before; null where nothing had to be noted, because
 * it was doing well.
 */
export async function noteSuccess(queries: Queries, destinationId: string): Promise<Date | null> {
  const { rows } = await sql<{ failing_since: Date | null }>`
    with before as (
      select id, failing_since from delivery_destinations
      where id = ${destinationId} and (failing_since is not null or paused_until is not null)
      for update
    )
    update delivery_destinations d set failing_since = null, failures = 0, failing_told_at = null, paused_until = null
    from before where d.id = before.id
    returning before.failing_since`.execute(queries);
  return rows[0]?.failing_since ?? null;
}

/** Notes that a destination did not take a message, and answers with how it is doing. */
export async function noteFailure(queries: Queries, destinationId: string, startedAt: Date): Promise<Health | null> {
  const { rows } = await sql<{ failing_since: Date; is_told: boolean; is_disabled: boolean }>`
    update delivery_destinations set failures = failures + 1,
      failing_since = coalesce(failing_since, ${startedAt})
    where id = ${destinationId}
    returning failing_since, failing_told_at is not null as is_told, disabled_at is not null as is_disabled
    `.execute(queries);
  const [row] = rows;
  return row ? { failingSince: row.failing_since, isTold: row.is_told, isDisabled: row.is_disabled } : null;
}

/** Leaves a destination alone until a moment, or a later one that was set before. */
export async function pauseDestination(queries: Queries, destinationId: string, until: Date): Promise<void> {
  await sql`
    update delivery_destinations set paused_until = greatest(paused_until, ${until})
    where id = ${destinationId}`.execute(queries);
}

export async function noteTold(queries: Queries, destinationId: string, now: Date): Promise<void> {
  await sql`update delivery_destinations set failing_told_at = ${now} where id = ${destinationId}`.execute(queries);
}

/** Settles a message, or sets its next attempt. A success counts also when another attempt has begun meanwhile. */
export async function settle(
  queries: Queries,
  delivery: DueDelivery,
  { state, at }: { readonly state: DeliveryState; readonly at: Date },
): Promise<void> {
  if (state === "delivered") {
    await sql`update deliveries set state = 'delivered', finished_at = ${at} where id = ${delivery.id}`.execute(
      queries,
    );
    return;
  }
  const change = state === "failed" ? sql`state = 'failed', finished_at = ${at}` : sql`next_attempt_at = ${at}`;
  await sql`
    update deliveries set ${change}
    where id = ${delivery.id} and attempts = ${delivery.number} and state = 'waiting'`.execute(queries);
}

/** Writes an attempt into the delivery log. */
export async function insertAttempt(queries: Queries, deliveryId: string, attempt: LoggedAttempt): Promise<void> {
  await sql`
    insert into delivery_attempts (delivery_id, number, started_at, duration_ms, outcome, status, error, answer)
    select ${deliveryId}::uuid, ${attempt.number}::int, ${attempt.startedAt}::timestamptz, ${attempt.durationMs}::int,
      ${attempt.outcome}::text, ${attempt.status}::int, ${attempt.error}::text, ${attempt.answer}::text
    where exists (select from deliveries where id = ${deliveryId})
    on conflict do nothing`.execute(queries);
}

/** Makes waiting messages due now, some of them; answers with how many. Those under way are not touched. */
export async function bringForward(queries: Queries, destinationId: string, now: Date): Promise<number> {
  const result = await sql`
    update deliveries set next_attempt_at = ${now}
    where id in (
      select id from deliveries
      where destination_id = ${destinationId} and state = 'waiting'
        and next_attempt_at > ${new Date(now.getTime() + leaseMs)}
      limit 1000 for update skip locked
    )`.execute(queries);
  return Number(result.numAffectedRows ?? 0n);
}
