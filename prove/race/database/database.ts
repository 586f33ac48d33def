import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type DatabaseConnection, type EmbeddedPostgres, startEmbeddedPostgres } from "@holdfast/server";
import pg from "pg";
import type { EvidenceLine } from "../history/line.ts";
import { disagreementsStatement, evidenceStatement, victimStatement } from "./statements.ts";

/** A grant whose row and events do not agree. */
export interface Disagreement {
  readonly id: string;
  readonly generation: number;
  readonly revokedReason: string | null;
  readonly rotations: number;
  readonly ends: number;
}

export type Evidence = Pick<EvidenceLine, "row" | "events">;

/** The one PostgreSQL of a run. */
export interface RaceDatabase {
  readonly connection: DatabaseConnection;
  readonly schema: string;
  /** Whether it is ours to kill. */
  readonly isOurs: boolean;
  /** What makes its commits durable, by its own account. */
  settings(): Promise<Record<string, string>>;
  evidenceOf(session: string, grant: string): Promise<Evidence>;
  disagreements(): Promise<Disagreement[]>;
  /** Kills the postmaster. False when it is not running just now. */
  killPostmaster(): Promise<boolean>;
  /** Kills one of its processes, upon which it ends all others and recovers. False when it is not running just now. */
  killBackend(): Promise<boolean>;
  close(): Promise<void>;
}

const askAgainAfterMs = 50;
const askForMs = 60_000;

/** Starts a PostgreSQL of our own, or takes the one that is there already (which is then not killed). */
export async function openRaceDatabase(url: string | undefined): Promise<RaceDatabase> {
  const schema = `race_${randomBytes(4).toString("hex")}`;
  if (url) return createRaceDatabase({ connection: { url }, schema, embedded: null, remove: async () => {} });
  const directory = await mkdtemp(join(tmpdir(), "holdfast-race-"));
  const remove = () => rm(directory, { recursive: true, force: true });
  const embedded = await startEmbeddedPostgres({ dataDirectory: directory, command: "prove:refresh" });
  return createRaceDatabase({ connection: embedded.connection, schema, embedded, remove });
}

interface RaceDatabaseDeps {
  readonly connection: DatabaseConnection;
  readonly schema: string;
  readonly embedded: EmbeddedPostgres | null;
  readonly remove: () => Promise<void>;
}

function createRaceDatabase({ connection, schema, embedded, remove }: RaceDatabaseDeps): RaceDatabase {
  const parts = "url" in connection ? { connectionString: connection.url } : connection;
  const pool = new pg.Pool({ ...parts, max: 4, application_name: "race" });
  pool.on("error", () => {});
  const qualified = (text: string) => text.replaceAll(/\b(from|join) (grants|events)\b/g, `$1 ${schema}.$2`);

  /** Asks until there is an answer: it is often away, and soon back. */
  async function ask<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    const deadline = performance.now() + askForMs;
    for (;;) {
      try {
        return (await pool.query<Row>(text, values)).rows;
      } catch (error) {
        if (performance.now() > deadline) throw error;
        await delay(askAgainAfterMs);
      }
    }
  }

  /** Kills a process only if the server answers: a pid of one that is gone could be anybody's by now. */
  async function killOne(pidOf: () => Promise<number | undefined>): Promise<boolean> {
    try {
      const pid = await pidOf();
      return pid !== undefined && process.kill(pid, "SIGKILL");
    } catch {
      return false;
    }
  }

  return {
    connection,
    schema,
    isOurs: embedded !== null,
    async settings() {
      const names = ["fsync", "synchronous_commit", "full_page_writes", "server_version"];
      const rows = await ask<{ name: string; setting: string }>(
        "select name, setting from pg_settings where name = any($1)",
        [names],
      );
      return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
    },
    async evidenceOf(session, grant) {
      const [evidence] = await ask<Evidence & pg.QueryResultRow>(qualified(evidenceStatement), [session, grant]);
      if (!evidence) throw new Error("a query without a from clause answers with one row");
      return evidence;
    },
    disagreements: () => ask<Disagreement & pg.QueryResultRow>(qualified(disagreementsStatement)),
    killPostmaster: () => killOne(async () => (await pool.query("select 1")) && embedded?.pid),
    killBackend: () => killOne(async () => (await pool.query<{ pid: number }>(victimStatement)).rows[0]?.pid),
    async close() {
      if (!embedded) await ask(`drop schema if exists ${schema} cascade`);
      await pool.end();
      await embedded?.stop();
      await remove();
    },
  };
}
