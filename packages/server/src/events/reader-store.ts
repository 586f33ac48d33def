import type { EventType } from "@holdfast/protocol";
import { type RawBuilder, sql } from "kysely";
import type { Queries } from "../storage/database.ts";

/** One line of the lifecycle log, as it was written. */
export interface LogLine {
  /** A 64-bit number, in decimal. */
  readonly id: string;
  /** The transaction that wrote it, in decimal. */
  readonly transactionId: string;
  readonly at: Date;
  readonly type: EventType;
  readonly sessionId: string | null;
  readonly grantId: string | null;
  readonly userId: string | null;
  readonly accountId: string | null;
  readonly clientId: string | null;
  readonly requestId: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A place between two lines. Both are 64-bit numbers, in decimal. */
export type LinePlace = Pick<LogLine, "transactionId" | "id">;

/** How far a reader has come. */
export interface ReaderPlace {
  /** Everything that this snapshot sees has been read (the text form of `pg_snapshot`). */
  readonly snapshot: string;
  readonly readAt: Date;
  /** A reading under way, which takes several pages. */
  readonly reading: Reading | null;
}

export interface Reading {
  /** Everything that this snapshot sees will have been read. */
  readonly target: string;
  readonly targetAt: Date;
  readonly after: LinePlace;
}

/** Lines at most, in one transaction. */
export const pageSize = 500;

/** What a busy server writes thousands of a second. No index leads to these lines, for a refresh would pay for it. */
const frequentTypes = ["session.refreshed", "session.renewed", "session.replayed", "session.overlapped"];

// Older lines are left out before anything else is looked at, and with them whole partitions. A line is committed within
// its transaction's limits (database.ts), and nodes whose clocks differ by more than seconds are not ready.
const marginMs = 3_600_000;
// A refresh is one statement, which ends after ten seconds or not at all.
const frequentMarginMs = 30_000;

interface ReaderRow {
  readonly snapshot: string;
  readonly read_at: Date;
  readonly target: string | null;
  readonly target_at: Date | null;
  readonly transaction_id: string | null;
  readonly id: string | null;
}

/** Locks a reader's place, which is made when it is new; null while another node has it. */
export async function lockReader(queries: Queries, name: string, now: Date): Promise<ReaderPlace | null> {
  const found = await selectReader(queries, name);
  if (found) return toPlace(found);
  await sql`
    insert into event_readers (name, snapshot, read_at) values (${name}, pg_current_snapshot(), ${now})
    on conflict do nothing`.execute(queries);
  const made = await selectReader(queries, name);
  return made ? toPlace(made) : null;
}

async function selectReader(queries: Queries, name: string): Promise<ReaderRow | undefined> {
  const { rows } = await sql<ReaderRow>`
    select snapshot::text, read_at, target::text, target_at, transaction_id::text, id::text
    from event_readers where name = ${name} for update skip locked`.execute(queries);
  return rows[0];
}

function toPlace({ snapshot, read_at, target, target_at, transaction_id, id }: ReaderRow): ReaderPlace {
  const isReading = target !== null && target_at !== null && transaction_id !== null && id !== null;
  const reading = isReading ? { target, targetAt: target_at, after: { transactionId: transaction_id, id } } : null;
  return { snapshot, readAt: read_at, reading };
}

/**
 * Begins a reading up to now. In a statement of its own, after the lock was had: the snapshot of the statement that took
 * it may be older than the place that another node has left behind.
 *
 * `isForeign` tells that the place is ahead of this cluster's transactions: the database was dumped in another and
 * restored here. No line of here can be compared with it.
 */
export async function beginReading(
  queries: Queries,
  { snapshot }: ReaderPlace,
  now: Date,
): Promise<{ readonly reading: Reading; readonly isForeign: boolean }> {
  const { rows } = await sql<{ target: string; first: string; is_foreign: boolean }>`
    select pg_current_snapshot()::text as target, pg_snapshot_xmin(${snapshot}::pg_snapshot)::text as first,
      pg_snapshot_xmax(${snapshot}::pg_snapshot) > pg_snapshot_xmax(pg_current_snapshot()) as is_foreign
    `.execute(queries);
  const [row] = rows;
  if (!row) throw new Error("PostgreSQL told no snapshot");
  const reading = { target: row.target, targetAt: now, after: { transactionId: row.first, id: "0" } };
  return { reading, isForeign: row.is_foreign };
}

interface LineQuery {
  readonly place: ReaderPlace;
  readonly reading: Reading;
  readonly types: readonly EventType[];
}

interface LineRow {
  readonly id: string;
  readonly transaction_id: string;
  readonly at: Date;
  readonly type: EventType;
  readonly session_id: string | null;
  readonly grant_id: string | null;
  readonly user_id: string | null;
  readonly account_id: string | null;
  readonly client_id: string | null;
  readonly request_id: string | null;
  readonly data: Record<string, unknown>;
}

/** Reads a page of lines that are new, in the order of the log. */
export async function readLines(queries: Queries, query: LineQuery): Promise<LogLine[]> {
  if (query.types.length === 0) return [];
  const { rows } = await selectLines(query).execute(queries);
  return rows.map(toLine);
}

/** The statement that does. */
export function selectLines({ place, reading, types }: LineQuery): RawBuilder<LineRow> {
  const frequent = types.filter((type) => frequentTypes.includes(type));
  const rare = types.filter((type) => !frequentTypes.includes(type));
  const parts = [];
  if (rare.length > 0) parts.push(newLines({ place, reading, types: rare, isFrequent: false }));
  if (frequent.length > 0) parts.push(newLines({ place, reading, types: frequent, isFrequent: true }));
  return sql<LineRow>`
    select id::text, transaction_id::text, at, type, session_id, grant_id, user_id, account_id, client_id, request_id,
      data
    from (${sql.join(parts, sql` union all `)}) lines
    order by lines.transaction_id, lines.id limit ${pageSize}`;
}

function newLines({ place, reading, types, isFrequent }: LineQuery & { readonly isFrequent: boolean }) {
  const since = new Date(place.readAt.getTime() - (isFrequent ? frequentMarginMs : marginMs));
  // As the index has it, literally: only then does the planner see that the index holds every line that is looked for.
  const kind = sql.raw(`type ${isFrequent ? "in" : "not in"} (${frequentTypes.map((type) => `'${type}'`).join(", ")})`);
  return sql`(
    select * from events
    where (transaction_id, id) > (${reading.after.transactionId}::xid8, ${reading.after.id}::bigint)
      and ${kind} and type = any(${types}::text[]) and at >= ${since}
      and pg_visible_in_snapshot(transaction_id, ${reading.target}::pg_snapshot)
      and not pg_visible_in_snapshot(transaction_id, ${place.snapshot}::pg_snapshot)
    order by transaction_id, id limit ${pageSize})`;
}

/** Notes how far a reading has come that is not at its end. */
export async function movePlace(queries: Queries, name: string, { target, targetAt, after }: Reading): Promise<void> {
  await sql`
    update event_readers set target = ${target}::pg_snapshot, target_at = ${targetAt},
      transaction_id = ${after.transactionId}::xid8, id = ${after.id}::bigint
    where name = ${name}`.execute(queries);
}

/** Notes that a reading has come to its end. */
export async function finishReading(queries: Queries, name: string, { target, targetAt }: Reading): Promise<void> {
  await sql`
    update event_readers set snapshot = ${target}::pg_snapshot, read_at = ${targetAt},
      target = null, target_at = null, transaction_id = null, id = null
    where name = ${name}`.execute(queries);
}

function toLine(row: LineRow): LogLine {
  return {
    id: row.id,
    transactionId: row.transaction_id,
    at: row.at,
    type: row.type,
    sessionId: row.session_id,
    grantId: row.grant_id,
    userId: row.user_id,
    accountId: row.account_id,
    clientId: row.client_id,
    requestId: row.request_id,
    data: row.data,
  };
}
