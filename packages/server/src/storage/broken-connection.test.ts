import { sql } from "kysely";
import { afterEach, beforeEach, expect, inject, it } from "vitest";
import { toAppError } from "../http/error-answer.ts";
import { createDatabase, type Database } from "./database.ts";

let database: Database;
const told: unknown[] = [];
beforeEach(() => {
  told.length = 0;
  database = createDatabase({
    connection: inject("postgres"),
    schema: "broken",
    poolSize: 2,
    onError: (error) => told.push(error),
  });
});
afterEach(() => database.close());

/** Begins a transaction and breaks its connection while nobody asks anything of it. */
async function breakTransaction(transaction: Database["transaction"]): Promise<void> {
  await transaction(async (tx) => {
    const found = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
    await database.execute("select pg_terminate_backend($1, 5000)", [found.rows[0]?.pid]);
    await expect.poll(() => told.length).toBeGreaterThan(0);
    await sql`select 1`.execute(tx);
  });
}

it.each([
  ["the pool's", () => database.transaction],
  ["the reserved one", () => database.urgent.transaction],
])("a connection that breaks in the middle of a transaction fails only that: %s", async (_which, lane) => {
  const error = await breakTransaction(lane()).catch((thrown: unknown) => thrown);
  expect(toAppError(error).code).toBe("temporarily_unavailable");
  expect(await database.execute("select 1 as one")).toEqual([{ one: 1 }]);
});
