import type pg from "pg";
import { AppError } from "../http/app-error.ts";
import type { Database } from "./database.ts";
import { type Migration, migrations } from "./migrations/index.ts";

const oldestPostgres = 15;

export interface MigrationReport {
  /** What was applied now; empty when the schema was up to date. */
  readonly applied: readonly { readonly version: number; readonly name: string }[];
  /** The schema's version after. */
  readonly version: number;
}

/**
 * Brings the schema up to date. Safe to run from several nodes at once: one works, the others wait at an advisory lock
 * and then find nothing left to do. Each migration commits whole or not at all.
 *
 * @throws AppError `database_unreachable`, `database_too_old`, `database_newer`
 */
export async function migrate(
  database: Database,
  timeline: readonly Migration[] = migrations,
): Promise<MigrationReport> {
  const client = await connect(database);
  try {
    await assertVersion(client);
    await client.query("select pg_advisory_lock(hashtext($1), hashtext($2))", ["holdfast.migrate", database.schema]);
    await client.query(`create schema if not exists ${database.schema}`);
    await client.query(
      "create table if not exists migrations (version integer primary key, name text not null, applied_at timestamptz not null default now())",
    );
    const current = await currentVersion(client);
    const newest = timeline.at(-1)?.version ?? 0;
    if (current > newest) {
      throw new AppError(
        "database_newer",
        `The schema "${database.schema}" is at version ${current}; this Holdfast knows up to ${newest}.`,
      );
    }
    const pending = timeline.filter((migration) => migration.version > current);
    for (const migration of pending) await apply(client, migration);
    return { applied: pending.map(({ version, name }) => ({ version, name })), version: newest };
  } finally {
    // The advisory lock belongs to the connection and ends with it.
    await client.end();
  }
}

async function connect(database: Database): Promise<pg.Client> {
  try {
    return await database.connect();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message || ("code" in cause ? cause.code : cause.name) : cause;
    throw new AppError("database_unreachable", `PostgreSQL cannot be reached: ${reason}`, { cause });
  }
}

async function assertVersion(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: number }>(
    "select current_setting('server_version_num')::int / 10000 as version",
  );
  const version = rows[0]?.version ?? 0;
  if (version < oldestPostgres) {
    throw new AppError(
      "database_too_old",
      `The server runs PostgreSQL ${version}; Holdfast needs ${oldestPostgres} or newer.`,
    );
  }
}

async function currentVersion(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    "select coalesce(max(version), 0) as version from migrations",
  );
  return rows[0]?.version ?? 0;
}

async function apply(client: pg.Client, { version, name, sql }: Migration): Promise<void> {
  await client.query("begin");
  try {
    await client.query(sql);
    await client.query("insert into migrations (version, name) values ($1, $2)", [version, name]);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}
