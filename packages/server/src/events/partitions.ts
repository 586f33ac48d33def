import { setTimeout as delay } from "node:timers/promises";
import { sql } from "kysely";
import type { Database, DatabaseTransaction } from "../storage/database.ts";
import type { Week } from "./weeks.ts";

/** A part of the log by time. */
export interface Partition {
  readonly name: string;
  /** Null where it has no beginning: the log of before it was divided. */
  readonly from: Date | null;
  /** Null for the default partition, which holds what no other is for. */
  readonly until: Date | null;
}

// Whoever waits for a lock on the log keeps everybody waiting who comes after, a refresh among them: so never for long,
// and again a little later.
const lockTimeoutMs = 50;
const lockAttempts = 20;
const betweenAttemptsMs = 200;
const lockNotAvailable = "55P03";

// To attach a partition, PostgreSQL looks through the default one and lets nobody into it meanwhile. That takes no time
// as long as there is next to nothing in it, as there should be.
const largestDefaultBytes = 64 * 1024 * 1024;

const listStatement = /* sql */ `
select c.relname as name,
  (regexp_match(bound, 'FROM \\(''([^'']+)''\\)'))[1]::timestamptz as from,
  (regexp_match(bound, 'TO \\(''([^'']+)''\\)'))[1]::timestamptz as until
from pg_inherits i join pg_class c on c.oid = i.inhrelid, pg_get_expr(c.relpartbound, c.oid) as bound
where i.inhparent = 'events'::regclass
order by until
`;

/** Every part of the log, the oldest first and the default partition last. */
export function listPartitions(database: Database): Promise<Partition[]> {
  return database.execute<Partition & Record<string, unknown>>(listStatement);
}

const hasRoomStatement = /* sql */ `
select pg_relation_size('events_default') < $3
  and not exists (select from events_default where at >= $1 and at < $2) as answer
`;

/**
 * Makes the partition of a week; false where that has to be left. A week of which lines are in the default partition
 * already stays there: to move them would hold up whoever writes more.
 */
export async function addPartition(database: Database, { partition, from, until }: Week): Promise<boolean> {
  const [room] = await database.execute<{ answer: boolean }>(hasRoomStatement, [from, until, largestDefaultBytes]);
  if (!room?.answer) return false;
  // Attached, and not made as a partition at once: that would lock all of the log, and this only the default partition.
  return changeBriefly(database, async (tx) => {
    const name = sql.id(partition);
    await sql`create table ${name} (like events)`.execute(tx);
    await sql`alter table events attach partition ${name}
      for values from (${sql.lit(from.toISOString())}) to (${sql.lit(until.toISOString())})`.execute(tx);
  });
}

/**
 * Takes a partition out of the log, and then removes it; false where that has to be left. In two steps: the files of a
 * large table take a while to go, and nobody should wait for that. (`detach … concurrently` is not to be had beside a
 * default partition.)
 */
export async function dropPartition(database: Database, name: string): Promise<boolean> {
  const isOut = await changeBriefly(database, async (tx) => {
    await sql`alter table events detach partition ${sql.id(name)}`.execute(tx);
  });
  if (isOut) await dropDetached(database);
  return isOut;
}

const detachedStatement = /* sql */ `
select relname as name from pg_class
where relnamespace = to_regnamespace($1) and relkind = 'r' and not relispartition
  and relname ~ '^events_(before|[0-9]{8})$'
`;

/** Removes what has been taken out of the log, also by a node that then died. */
export async function dropDetached(database: Database): Promise<void> {
  const detached = await database.execute<{ name: string }>(detachedStatement, [database.schema]);
  for (const { name } of detached) await database.execute(`drop table ${name}`);
}

/** Changes the log's parts in a transaction that waits for its locks for a moment only, but several times. */
async function changeBriefly(database: Database, change: (tx: DatabaseTransaction) => Promise<void>): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      await database.transaction(async (tx) => {
        await sql`set local lock_timeout = ${sql.lit(lockTimeoutMs)}`.execute(tx);
        await change(tx);
      });
      return true;
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      if (attempt >= lockAttempts) return false;
      await delay(betweenAttemptsMs * (0.5 + Math.random()), undefined, { ref: false });
    }
  }
}

function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === lockNotAvailable;
}

const removeStatement = /* sql */ `
delete from events_default where ctid = any(array(
  select ctid from events_default where at < $1 order by at limit $2 for update skip locked
))
`;

/** Removes lines of the default partition, the oldest first. */
export async function removeStrayLines(database: Database, before: Date, limit: number): Promise<number> {
  const [row] = await database.execute<{ count: number }>(
    `with gone as (${removeStatement} returning 1) select count(*)::int as count from gone`,
    [before, limit],
  );
  return row?.count ?? 0;
}

/** The oldest line of the default partition before a moment. */
export async function oldestStrayLine(database: Database, before: Date): Promise<Date | null> {
  const [row] = await database.execute<{ at: Date }>(
    "select at from events_default where at < $1 order by at limit 1",
    [before],
  );
  return row?.at ?? null;
}
