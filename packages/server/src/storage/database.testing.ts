import { randomBytes } from "node:crypto";
import { inject } from "vitest";
import { createDatabase, type Database } from "./database.ts";

/** A schema of its own in the tests' PostgreSQL. */
export interface TestSchema {
  readonly name: string;
  /** Opens the schema as a node would; closed with the schema unless it was before. */
  open(name?: string): Database;
  /** Drops everything. */
  close(): Promise<void>;
}

export function createTestSchema(): TestSchema {
  const name = `test_${randomBytes(6).toString("hex")}`;
  const opened: Database[] = [];
  const names = new Set([name]);

  function open(schema = name): Database {
    names.add(schema);
    const database = createDatabase({ connection: inject("postgres"), schema, poolSize: 3 });
    opened.push(database);
    return database;
  }

  return {
    name,
    open,
    async close() {
      const last = open();
      for (const schema of names) await last.execute(`drop schema if exists ${schema} cascade`);
      for (const database of opened) await database.close();
    },
  };
}

/** The tables of a schema, in order. */
export async function tablesOf(database: Database, schema: string): Promise<string[]> {
  const rows = await database.execute<{ tablename: string }>(
    "select tablename from pg_tables where schemaname = $1 order by tablename",
    [schema],
  );
  return rows.map(({ tablename }) => tablename);
}
