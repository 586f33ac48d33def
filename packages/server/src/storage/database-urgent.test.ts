import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { createTestSchema, type TestSchema } from "./database.testing.ts";
import { createDatabase, type Database } from "./database.ts";

const poolSize = 3;

let schema: TestSchema;
let database: Database;
beforeEach(async () => {
  schema = createTestSchema();
  database = createDatabase({ connection: inject("postgres"), schema: schema.name, poolSize });
  await database.prepareUrgent();
});
afterEach(async () => {
  await database.close();
  await schema.close();
});

/** Takes every connection of the pool until the returned function is called. */
async function holdThePool(): Promise<() => Promise<void>> {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const held = Array.from({ length: poolSize }, () => {
    let taken = () => {};
    const isTaken = new Promise<void>((resolve) => {
      taken = resolve;
    });
    const done = database.transaction(async (tx) => {
      await sql`select 1`.execute(tx);
      taken();
      await released;
    });
    return { isTaken, done };
  });
  await Promise.all(held.map(({ isTaken }) => isTaken));
  return async () => {
    release();
    await Promise.all(held.map(({ done }) => done));
  };
}

const pidOf = async (queries: Database["queries"]) => {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(queries);
  return rows[0]?.pid;
};

describe("what is urgent", () => {
  it("does not wait for the pool, though it has no connection left", async () => {
    const release = await holdThePool();
    const ordinary = database.execute("select 1").then(
      () => "answered",
      () => "refused",
    );
    const one = await database.urgent.transaction((tx) => sql<{ one: number }>`select 1 as one`.execute(tx));
    expect(one.rows).toEqual([{ one: 1 }]);
    expect(await Promise.race([ordinary, Promise.resolve("waiting")])).toBe("waiting");
    expect(await ordinary).toBe("refused");
    await release();
  });

  it("takes turns at the few connections kept for it, however much comes at once", async () => {
    const release = await holdThePool();
    const pids = await Promise.all(Array.from({ length: 50 }, () => pidOf(database.urgent.queries)));
    expect(new Set(pids).size).toBe(3);
    await release();
  });

  it("takes an idle connection of the pool before those", async () => {
    const ordinary = await pidOf(database.queries);
    expect(await pidOf(database.urgent.queries)).toBe(ordinary);
  });

  it("is whole or not at all, like any transaction", async () => {
    await database.execute(`create schema ${schema.name}`);
    await database.execute("create table note (text text)");
    const release = await holdThePool();
    const work = database.urgent.transaction(async (tx) => {
      await sql`insert into note values ('half')`.execute(tx);
      throw new Error("changed my mind");
    });
    await expect(work).rejects.toThrow("changed my mind");
    await release();
    expect(await database.execute("select * from note")).toEqual([]);
  });
});
