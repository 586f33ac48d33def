/** What refreshes cost in storage, as PostgreSQL counts it. */
import { setTimeout as pause } from "node:timers/promises";
import type pg from "pg";
import { rounded } from "../support/quantile.ts";

export interface WalMark {
  readonly bytes: number;
  readonly fullPageImages: number;
}

/** How much has been written to the write-ahead log so far, by everything in the cluster. */
export async function readWal(pool: pg.Pool): Promise<WalMark> {
  const { rows } = await pool.query<{ bytes: string; images: string }>(
    "select pg_current_wal_lsn() - '0/0'::pg_lsn as bytes, wal_fpi as images from pg_stat_wal",
  );
  return { bytes: Number(rows[0]?.bytes), fullPageImages: Number(rows[0]?.images) };
}

export interface UpdateFigures {
  readonly updates: number;
  /** The share that PostgreSQL made in place (HOT), touching no index. */
  readonly in_place: number;
}

// A connection tells the statistics of what it did within this time, at the latest after it has been idle so long.
const statisticsDelayMs = 11_000;

/** How the grants were updated. Their counts come late, so this takes its time. */
export async function readUpdates(pool: pg.Pool, schema: string): Promise<UpdateFigures> {
  await pause(statisticsDelayMs);
  const { rows } = await pool.query<{ updates: string; in_place: string }>(
    `select n_tup_upd as updates, n_tup_hot_upd as in_place from pg_stat_user_tables
    where schemaname = $1 and relname = 'grants'`,
    [schema],
  );
  const [updates, inPlace] = [Number(rows[0]?.updates), Number(rows[0]?.in_place)];
  return { updates, in_place: rounded(inPlace / updates, 4) };
}

/** Bytes of the grants' table with its indexes. */
export async function sizeOfGrants(pool: pg.Pool, schema: string): Promise<number> {
  const { rows } = await pool.query<{ bytes: string }>("select pg_total_relation_size($1) as bytes", [
    `${schema}.grants`,
  ]);
  return Number(rows[0]?.bytes);
}
