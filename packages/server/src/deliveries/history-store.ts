import { sql } from "kysely";
import type { Queries } from "../storage/database.ts";
import type { DeliveryState } from "./delivery.ts";

/** One message to one destination. */
export interface MessageTo {
  readonly destinationId: string;
  readonly messageId: string;
}

/** What became of a message, as far as it has come. */
export interface DeliveryHistory extends MessageTo {
  readonly state: DeliveryState;
  /** When the receiver first took it, even if it is being sent anew; null when it has not. */
  readonly takenAt: Date | null;
  /** Those that were begun, up to the one that it was taken at. */
  readonly attempts: number;
  /** Null once it is settled. */
  readonly nextAttemptAt: Date | null;
  /** When the last attempt came to an end that is written down; before that, when the message was made. */
  readonly at: Date;
  /** What the receiver answered then, or when it took the message; null where there was no answer. */
  readonly status: number | null;
  readonly error: string | null;
  /** Whether nothing is sent there until an operator says so. */
  readonly isDisabled: boolean;
}

interface HistoryRow {
  readonly destination_id: string;
  readonly message_id: string;
  readonly state: DeliveryState;
  readonly taken_at: Date | null;
  readonly attempts: number;
  readonly next_attempt_at: Date;
  readonly ended_at: Date | null;
  readonly created_at: Date;
  readonly status: number | null;
  readonly error: string | null;
  readonly is_disabled: boolean;
}

const mostRead = 200;

/** What became of these messages, those that were queued at all, in the order they were made; 200 at most. */
export async function readHistories(queries: Queries, messages: readonly MessageTo[]): Promise<DeliveryHistory[]> {
  if (messages.length === 0) return [];
  // Looked up one by one, each through the index of messages: nothing else of the log is read.
  const { rows } = await sql<HistoryRow>`
    select d.destination_id, d.message_id, d.state, d.created_at,
      t.ended_at as taken_at, coalesce(t.number, d.attempts) as attempts, l.ended_at,
      greatest(d.next_attempt_at, o.paused_until) as next_attempt_at,
      coalesce(t.status, l.status) as status, l.error,
      o.disabled_at is not null as is_disabled
    from unnest(
      ${messages.map(({ destinationId }) => destinationId)}::uuid[], ${messages.map(({ messageId }) => messageId)}::text[])
      as m(destination_id, message_id)
    cross join lateral (
      select * from deliveries where destination_id = m.destination_id and message_id = m.message_id limit 1
    ) d
    join delivery_destinations o on o.id = d.destination_id
    left join lateral (${attemptsOf(sql`outcome in ('delivered', 'acknowledged')`)} order by number limit 1) t on true
    left join lateral (${attemptsOf(sql`true`)} order by number desc limit 1) l on true
    order by d.id
    limit ${mostRead}`.execute(queries);
  return rows.map(toHistory);
}

function attemptsOf(condition: ReturnType<typeof sql>) {
  return sql`
    select number, status, error, started_at + duration_ms * interval '1 millisecond' as ended_at
    from delivery_attempts where delivery_id = d.id and ${condition}`;
}

function toHistory(row: HistoryRow): DeliveryHistory {
  return {
    destinationId: row.destination_id,
    messageId: row.message_id,
    state: row.state,
    takenAt: row.taken_at,
    attempts: row.attempts,
    nextAttemptAt: row.state === "waiting" ? row.next_attempt_at : null,
    at: row.ended_at ?? row.created_at,
    status: row.status,
    error: row.error,
    isDisabled: row.is_disabled,
  };
}
