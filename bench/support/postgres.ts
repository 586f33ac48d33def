/** The database of a run: the embedded PostgreSQL with its own settings, durable, in a directory that goes with it. */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@holdfast/server";
import pg from "pg";

export interface BenchPostgres {
  readonly connection: EmbeddedPostgres["connection"];
  /** The same as one address. */
  readonly url: string;
  /** For seeding and for statistics. */
  readonly pool: pg.Pool;
  /** The settings that decide what a commit costs, as the server has them in force. */
  settings(): Promise<Readonly<Record<string, string>>>;
  stop(): Promise<void>;
}

const tellingSettings = [
  "server_version",
  "fsync",
  "synchronous_commit",
  "full_page_writes",
  "shared_buffers",
  "max_wal_size",
  "wal_compression",
];

export async function startBenchPostgres(): Promise<BenchPostgres> {
  const parent = await mkdtemp(join(tmpdir(), "holdfast-bench-"));
  // PostgreSQL runs as another user when we are root.
  await chmod(parent, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDirectory: join(parent, "data"), command: "a bench" });
  const { connection } = postgres;
  const { user, password, database, host, port } = connection;
  const pool = new pg.Pool({ ...connection, max: 4 });
  pool.on("error", () => {});

  return {
    connection,
    url: `postgres://${user}:${password}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`,
    pool,
    async settings() {
      const names = "select name, current_setting(name) as value from unnest($1::text[]) as name";
      const { rows } = await pool.query<{ name: string; value: string }>(names, [tellingSettings]);
      return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
    },
    async stop() {
      await pool.end();
      await postgres.stop();
      await rm(parent, { recursive: true, force: true });
    },
  };
}
