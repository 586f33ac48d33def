import type { EventType } from "@holdfast/protocol";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createManualClock } from "../clock/clock.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { createTestSchema, type TestSchema } from "../storage/database.testing.ts";
import type { Database } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { createEvents, type Events } from "./events.ts";
import { createEventReader } from "./reader.ts";
import { beginReading, lockReader, selectLines } from "./reader-store.ts";

const clock = createManualClock();
const raise = (error: unknown) => {
  throw error;
};

let schema: TestSchema;
let database: Database;
let events: Events;
beforeAll(async () => {
  schema = createTestSchema();
  database = schema.open();
  await migrate(database);
  events = createEvents({ database, clock, metrics: createMetrics(), onError: raise });
});
afterAll(async () => {
  await events.close();
  await schema.close();
});

let names = 0;
let name = "";
beforeEach(() => {
  name = `test-${names++}`;
});
afterEach(() => database.execute("delete from event_readers where name = $1", [name]));

interface TestReaderOptions {
  readonly on?: Database;
  readonly types?: readonly EventType[];
  readonly onLines?: () => Promise<void>;
}

/** A reader that keeps the request ids of what it read. */
function testReader({ on = database, types = ["user.created"], onLines }: TestReaderOptions = {}) {
  const read: string[] = [];
  const reader = createEventReader({
    database: on,
    clock,
    name,
    wantedTypes: async () => types,
    async onLines(_, lines) {
      await onLines?.();
      for (const { requestId } of lines) read.push(requestId ?? "");
    },
  });
  return { read, readOn: () => reader.readOn() };
}

const write = (requestId: string, type: EventType = "user.created", queries = database.queries) =>
  events.append(queries, { type, requestId });

/** A transaction that stays open until it is told to end. */
async function openTransaction(requestId: string) {
  const client = await database.connect();
  await client.query("begin");
  await client.query("insert into events (at, type, request_id) values ($1, 'user.created', $2)", [
    new Date(clock.now()),
    requestId,
  ]);
  return {
    async commit() {
      await client.query("commit");
      await client.end();
    },
    async rollback() {
      await client.query("rollback");
      await client.end();
    },
  };
}

describe("a reader of the log", () => {
  it("begins with what comes after its first look", async () => {
    const { read, readOn } = testReader();
    await write("before");
    expect(await readOn()).toBe(false);
    await write("after");
    expect(await readOn()).toBe(true);
    expect(read).toEqual(["after"]);
  });

  it("reads every line once, in order, and only of the types it wants", async () => {
    const { read, readOn } = testReader({ types: ["user.created", "session.refreshed"] });
    await readOn();
    await write("one");
    await write("other", "user.deleted");
    await write("two", "session.refreshed");
    await readOn();
    await write("three");
    await readOn();
    await readOn();
    expect(read).toEqual(["one", "two", "three"]);
  });

  it("neither waits for a transaction that is still open nor skips what it wrote", async () => {
    const { read, readOn } = testReader();
    await readOn();
    const open = await openTransaction("late");
    const undone = await openTransaction("undone");
    await write("early");
    await readOn();
    expect(read).toEqual(["early"]);
    await write("next");
    await readOn();
    await open.commit();
    await undone.rollback();
    await readOn();
    await readOn();
    expect(read).toEqual(["early", "next", "late"]);
  });

  it("reads more than a page in several, also where another node goes on in the middle", async () => {
    let pages = 0;
    const onLines = async () => {
      if (++pages === 2) throw new Error("the node has ended");
    };
    const first = testReader({ onLines });
    await first.readOn();
    const wanted = Array.from({ length: 1_250 }, (_, index) => `line ${index}`);
    await events.append(database.queries, ...wanted.map((requestId) => ({ type: "user.created" as const, requestId })));
    await expect(first.readOn()).rejects.toThrow("the node has ended");
    await write("meanwhile");
    const second = testReader();
    await second.readOn();
    await second.readOn();
    expect([...first.read, ...second.read]).toEqual([...wanted, "meanwhile"]);
  });

  it("reads nothing twice when what is made of it cannot be kept, and nothing is lost", async () => {
    let isBroken = true;
    const { read, readOn } = testReader({
      onLines: async () => {
        if (isBroken) throw new Error("cannot be kept");
      },
    });
    await readOn();
    await write("held");
    await expect(readOn()).rejects.toThrow("cannot be kept");
    isBroken = false;
    await readOn();
    expect(read).toEqual(["held"]);
  });

  it("reads each line on one of many nodes, whatever is committed in what order", async () => {
    const nodes = Array.from({ length: 4 }, () => testReader({ on: schema.open() }));
    await nodes[0]?.readOn();
    const wanted = Array.from({ length: 120 }, (_, index) => `line ${index}`);
    let isWriting = true;
    const reading = nodes.map(async ({ readOn }) => {
      while (isWriting) await readOn();
    });
    for (let first = 0; first < wanted.length; first += 3) {
      const open = await Promise.all(wanted.slice(first, first + 3).map(openTransaction));
      for (const transaction of open.reverse()) await transaction.commit();
    }
    isWriting = false;
    await Promise.all(reading);
    await nodes[0]?.readOn();
    expect(nodes.flatMap(({ read }) => read).sort()).toEqual([...wanted].sort());
  }, 30_000);

  it("goes on with what is new when its place is from another cluster", async () => {
    const { read, readOn } = testReader();
    await readOn();
    await database.execute("update event_readers set snapshot = '900000000000:900000000000:' where name = $1", [name]);
    await write("before it is noticed");
    await readOn();
    await write("after");
    await readOn();
    expect(read).toEqual(["after"]);
  });

  it("hardly ever writes while there is nothing to read", async () => {
    const { readOn } = testReader();
    await readOn();
    const version = async () =>
      (await database.execute<{ xmin: string }>("select xmin::text from event_readers where name = $1", [name]))[0]
        ?.xmin;
    await readOn();
    const before = await version();
    for (let round = 0; round < 5; round++) await readOn();
    expect(await version()).toBe(before);
    clock.advance(30_000);
    await readOn();
    expect(await version()).not.toBe(before);
  });

  it("reads a handful of pages, however many refreshes that nobody wants to hear of were written since", async () => {
    await testReader().readOn();
    const lines = `insert into events (at, type, session_id, data)
      select $1, 'session.refreshed', gen_random_uuid(), '{"verdict": "rotated"}' from generate_series(1, 50000)`;
    await database.execute(lines, [new Date(clock.now())]);
    await write("wanted");
    await database.execute("analyze events");
    const { blocks, rows } = await database.transaction(async (tx) => {
      const place = await lockReader(tx, name, new Date(clock.now()));
      if (!place) throw new Error("there is no place");
      const { reading } = await beginReading(tx, place, new Date(clock.now()));
      const statement = selectLines({ place, reading, types: ["user.created"] });
      const explained = await sql<{ "QUERY PLAN": [{ Plan: Record<string, number> }] }>`
        explain (analyze, buffers, format json) ${statement}`.execute(tx);
      const plan = explained.rows[0]?.["QUERY PLAN"][0].Plan ?? {};
      return {
        blocks: Number(plan["Shared Hit Blocks"]) + Number(plan["Shared Read Blocks"]),
        rows: plan["Actual Rows"],
      };
    });
    expect(rows).toBe(1);
    expect(blocks).toBeLessThan(50);
  });
});
