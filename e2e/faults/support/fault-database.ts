import { randomBytes } from "node:crypto";
import type { EmbeddedPostgres } from "@holdfast/server";
import { inject } from "vitest";
import { createDatabase, type Database } from "../../../packages/server/src/storage/database.ts";

type Connection = EmbeddedPostgres["connection"];

/** A schema of its own on a PostgreSQL, as an operator sees it. */
export interface FaultDatabase extends Pick<Database, "execute" | "connect"> {
  readonly connection: Connection;
  readonly schema: string;
  /** The same as one address. */
  readonly url: string;
  close(): Promise<void>;
}

/** @param connection default: the run's own PostgreSQL, which no drill may harm */
export function openFaultDatabase(connection: Connection = inject("postgres")): FaultDatabase {
  const schema = `faults_${randomBytes(5).toString("hex")}`;
  const { execute, connect, close } = createDatabase({ connection, schema, poolSize: 3, onError: () => {} });
  return {
    connection,
    schema,
    url: databaseUrl(connection),
    execute,
    connect,
    async close() {
      await execute(`drop schema if exists ${schema} cascade`);
      await close();
    },
  };
}

/** A connection as `DATABASE_URL` has it; a socket's directory goes behind it. */
export function databaseUrl({ user, password, database, host, port }: Connection): string {
  const credentials = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  return `postgres://${credentials}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`;
}
