import { createServer, type Server } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../http/app-error.ts";
import { freePort } from "../testing/free-port.ts";
import { createTestSchema, type TestSchema, tablesOf } from "./database.testing.ts";
import { createDatabase } from "./database.ts";
import { migrate } from "./migrate.ts";
import { migrations } from "./migrations/index.ts";

const first = { version: 1, name: "first", sql: "create table one (id int)" };
const second = { version: 2, name: "second", sql: "create table two (id int)" };

let schema: TestSchema;
beforeEach(() => {
  schema = createTestSchema();
});
afterEach(() => schema.close());

describe("migrating", () => {
  it("makes the schema and everything in it", async () => {
    const database = schema.open();
    const report = await migrate(database);
    expect(report.applied).toEqual(migrations.map(({ version, name }) => ({ version, name })));
    expect(report.version).toBe(migrations.at(-1)?.version);
    expect(await tablesOf(database, schema.name)).toEqual(expect.arrayContaining(["events", "grants", "migrations"]));
  });

  it("does nothing the second time", async () => {
    const database = schema.open();
    await migrate(database);
    expect((await migrate(database)).applied).toEqual([]);
  });

  it("applies only what is new", async () => {
    const database = schema.open();
    await migrate(database, [first]);
    expect(await migrate(database, [first, second])).toEqual({ applied: [{ version: 2, name: "second" }], version: 2 });
  });

  it("is done once when five nodes start together, and the others wait until it is done", async () => {
    // Applied twice, the insert would be there twice; not waited for, the table would be missing.
    const slow = { ...first, sql: "select pg_sleep(0.2); create table one (id int); insert into one values (1)" };
    const nodes = Array.from({ length: 5 }, () => schema.open());
    const reports = await Promise.all(
      nodes.map(async (node) => {
        const report = await migrate(node, [slow, second]);
        return { applied: report.applied.length, rows: (await node.execute("select * from one")).length };
      }),
    );
    expect(reports.map(({ applied }) => applied).sort()).toEqual([0, 0, 0, 0, 2]);
    expect(reports.map(({ rows }) => rows)).toEqual([1, 1, 1, 1, 1]);
  });

  it("of one schema does not wait for another's", async () => {
    const other = schema.open(`${schema.name}_other`);
    const holder = await schema.open().connect();
    await holder.query("select pg_advisory_lock(hashtext($1), hashtext($2))", ["holdfast.migrate", schema.name]);
    await migrate(other, [first]);
    await holder.end();
  });
});

describe("a migration that fails", () => {
  const broken = { version: 2, name: "broken", sql: "create table two (id int); select 1/0" };

  it("leaves nothing of itself behind, and everything before it", async () => {
    const database = schema.open();
    await expect(migrate(database, [first, broken])).rejects.toThrow(/division by zero/);
    expect(await tablesOf(database, schema.name)).toEqual(["migrations", "one"]);
    expect(await database.execute("select version from migrations")).toEqual([{ version: 1 }]);
  });

  it("holds up nobody: the corrected one runs at once", async () => {
    const database = schema.open();
    await migrate(database, [first, broken]).catch(() => undefined);
    expect((await migrate(database, [first, second])).applied).toHaveLength(1);
  });
});

describe("a database that does not fit", () => {
  it("is refused when it is from a newer Holdfast, and nothing is changed", async () => {
    const database = schema.open();
    await migrate(database, [first, second]);
    await expect(migrate(database, [first])).rejects.toMatchObject({
      code: "database_newer",
      detail: `The schema "${schema.name}" is at version 2; this Holdfast knows up to 1.`,
    });
    expect(await tablesOf(database, schema.name)).toEqual(["migrations", "one", "two"]);
  });
});

describe("a database that cannot be reached", () => {
  const password = "canary-Zm9v";

  async function refusal(url: string): Promise<AppError> {
    const database = createDatabase({ connection: { url }, schema: "holdfast", poolSize: 1 });
    try {
      return await migrate(database).then(
        () => Promise.reject(new Error("it could be reached")),
        (error) => error,
      );
    } finally {
      await database.close();
    }
  }

  it("is told as such, with the reason and without the password", async () => {
    const error = await refusal(`postgres://user:${password}@127.0.0.1:${await freePort()}/holdfast`);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: "database_unreachable", detail: expect.stringContaining("ECONNREFUSED") });
    expect(error.detail).not.toContain(password);
  });

  it("is told as such when its name does not exist", async () => {
    const error = await refusal(`postgres://user:${password}@holdfast.invalid/holdfast`);
    expect(error).toMatchObject({ code: "database_unreachable", detail: expect.stringContaining("holdfast.invalid") });
  });

  it("is told as such when something listens that never answers", async () => {
    const silent = await new Promise<Server>((resolve) => {
      const server = createServer(() => undefined).listen({ port: 0, host: "127.0.0.1" }, () => resolve(server));
    });
    const address = silent.address();
    const port = typeof address === "object" && address ? address.port : 0;
    try {
      expect(await refusal(`postgres://u:${password}@127.0.0.1:${port}/x`)).toMatchObject({
        code: "database_unreachable",
      });
    } finally {
      silent.close();
    }
  });
});
