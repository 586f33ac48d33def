import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { createTestSchema, type TestSchema, tablesOf } from "./database.testing.ts";
import { createDatabase, type Database } from "./database.ts";
import { migrate } from "./migrate.ts";

let schema: TestSchema;
beforeEach(() => {
  schema = createTestSchema();
});
afterEach(() => schema.close());

/** The tests' PostgreSQL as an operator would write it. */
function databaseUrl(query = ""): string {
  const { host, port, user, password, database } = inject("postgres");
  const parameters = new URLSearchParams(query);
  parameters.set("host", host);
  return `postgres://${user}:${encodeURIComponent(password)}@localhost:${port}/${database}?${parameters}`;
}

const note = { version: 1, name: "note", sql: "create table note (text text)" };

describe("two schemas of one database", () => {
  it("do not see each other's rows", async () => {
    const [one, two] = [schema.open(), schema.open(`${schema.name}_two`)];
    await migrate(one, [note]);
    await migrate(two, [note]);
    await one.execute("insert into note values ('of one')");
    await two.execute("insert into note values ('of two')");
    expect(await one.execute("select text from note")).toEqual([{ text: "of one" }]);
    expect(await two.execute("select text from note")).toEqual([{ text: "of two" }]);
  });

  it("do not fall back to each other, nor to public", async () => {
    await migrate(schema.open(), [note]);
    const other = schema.open(`${schema.name}_two`);
    await migrate(other, []);
    await expect(other.execute("select text from note")).rejects.toMatchObject({ code: "42P01" });
    expect(await other.execute("select current_schemas(false)::text[] as path")).toEqual([
      { path: [`${schema.name}_two`] },
    ]);
  });

  it.each(["", "options=-c%20statement_timeout%3D4321", "options=-c%20search_path%3Dpublic"])(
    "are kept apart whatever the database's URL says: %j",
    async (query) => {
      const database = createDatabase({ connection: { url: databaseUrl(query) }, schema: schema.name, poolSize: 1 });
      try {
        await migrate(database, [note]);
        expect(await tablesOf(database, schema.name)).toEqual(["migrations", "note"]);
        expect(await database.execute("show timezone")).toEqual([{ TimeZone: "UTC" }]);
      } finally {
        await database.close();
      }
    },
  );
});

it("no statement runs for ever, and no node that froze in a transaction keeps its locks", async () => {
  const database = schema.open();
  await migrate(database, []);
  const limits = "select name, setting from pg_settings where name like '%_timeout' and setting <> '0' order by name";
  expect(await database.execute(limits)).toEqual(
    expect.arrayContaining([
      { name: "idle_in_transaction_session_timeout", setting: "10000" },
      { name: "statement_timeout", setting: "10000" },
    ]),
  );
});

it.each([
  "",
  "Holdfast",
  "1st",
  "a-b",
  "a b",
  'a"; drop schema public cascade; --',
  "a,public",
  "a -c statement_timeout=1",
  "a\n",
  "ä",
  "a".repeat(64),
])("refuses the schema name %j before it connects", (name) => {
  const open = () => createDatabase({ connection: { url: "postgres://nowhere" }, schema: name, poolSize: 1 });
  expect(open).toThrow(expect.objectContaining({ code: "config_invalid", detail: expect.stringContaining(name) }));
});

describe("a statement", () => {
  async function preparedStatements(database: Database) {
    const rows = await database.execute<{ name: string }>("select name from pg_prepared_statements order by name");
    return rows.map(({ name }) => name);
  }

  it("with a name is prepared once on a connection and used again", async () => {
    const database = createDatabase({ connection: inject("postgres"), schema: schema.name, poolSize: 1 });
    try {
      const add = () => database.execute<{ sum: number }>("select $1::int + 1 as sum", [41], "add_one");
      expect(await add()).toEqual([{ sum: 42 }]);
      expect(await add()).toEqual([{ sum: 42 }]);
      expect(await preparedStatements(database)).toEqual(["add_one"]);
    } finally {
      await database.close();
    }
  });

  it("without a name leaves none behind", async () => {
    const database = schema.open();
    await database.execute("select $1::int", [1]);
    expect(await preparedStatements(database)).toEqual([]);
  });

  it("takes its values as values", async () => {
    const value = "'; drop table note; --";
    expect(await schema.open().execute("select $1::text as value", [value])).toEqual([{ value }]);
  });
});

describe("a transaction", () => {
  it("is undone when its work throws", async () => {
    const database = schema.open();
    await migrate(database, [{ ...note, sql: "create table users (id uuid, created_at timestamptz)" }]);
    const work = database.transaction(async (tx) => {
      await tx
        .insertInto("users")
        .values({ id: crypto.randomUUID(), created_at: new Date() } as never)
        .execute();
      throw new Error("changed my mind");
    });
    await expect(work).rejects.toThrow("changed my mind");
    expect(await database.execute("select * from users")).toEqual([]);
  });
});

describe("a pool whose connections are all taken", () => {
  it("refuses after a second, long before one is free, and works again when one is free", async () => {
    const database = createDatabase({ connection: inject("postgres"), schema: schema.name, poolSize: 1 });
    try {
      let isOver = false;
      const long = database.execute("select pg_sleep(2)").then(() => {
        isOver = true;
      });
      await expect(database.execute("select 1")).rejects.toThrow(/timeout/);
      expect(isOver).toBe(false);
      await long;
      expect(await database.execute("select 1 as one")).toEqual([{ one: 1 }]);
    } finally {
      await database.close();
    }
  });
});

describe("a pool that was filled", () => {
  it("has all its connections already when they are needed, and keeps them", async () => {
    const database = createDatabase({ connection: inject("postgres"), schema: schema.name, poolSize: 4 });
    try {
      await database.fillPool();
      const filledAt = await database.now();
      const born = "select pid, backend_start, pg_sleep(0.1)::text from pg_stat_activity where pid = pg_backend_pid()";
      const used = await Promise.all(
        [1, 2, 3, 4].map(() => database.execute<{ pid: number; backend_start: Date }>(born).then(([row]) => row)),
      );
      expect(new Set(used.map((row) => row?.pid)).size).toBe(4);
      for (const row of used) expect(row?.backend_start.getTime()).toBeLessThanOrEqual(filledAt);
    } finally {
      await database.close();
    }
  });

  it("is no trouble where connections cannot be made: each failure is told", async () => {
    const told: unknown[] = [];
    const database = createDatabase({
      connection: { ...inject("postgres"), port: 1 },
      schema: schema.name,
      poolSize: 2,
      onError: (error) => told.push(error),
    });
    await database.fillPool();
    expect(told).toHaveLength(2);
    await database.close();
  });
});
