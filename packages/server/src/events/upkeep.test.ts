import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createManualClock, type ManualClock } from "../clock/clock.ts";
import { createTestSchema, type TestSchema, tablesOf } from "../storage/database.testing.ts";
import type { Database } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { migrations } from "../storage/migrations/index.ts";
import { listPartitions } from "./partitions.ts";
import { createEventUpkeep, type EventUpkeep } from "./upkeep.ts";
import { weeksFrom } from "./weeks.ts";

const dayMs = 86_400_000;
const keepDays = 90;

let schema: TestSchema;
let database: Database;
let clock: ManualClock;
let upkeep: EventUpkeep;
beforeEach(async () => {
  schema = createTestSchema();
  database = schema.open();
  await migrate(database);
  clock = createManualClock();
  upkeep = createEventUpkeep({ database, clock, keep: keepDays * 86_400 });
});
afterEach(() => schema.close());

const names = async () => (await listPartitions(database)).map(({ name }) => name);
const weekOf = (days: number) => weeksFrom(clock.now() + days * dayMs, 1)[0]?.partition ?? "";

/** Writes a line as any version of the server does, without naming a partition. */
async function write(days: number, note = "test"): Promise<void> {
  const at = new Date(clock.now() + days * dayMs);
  await database.execute("insert into events (at, type, request_id) values ($1, 'session.refreshed', $2)", [at, note]);
}

const lines = () =>
  database.execute<{ id: string; place: string; note: string }>(
    "select id, tableoid::regclass::text as place, request_id as note from events order by id",
  );

/** Removes what is due. */
async function clean(): Promise<void> {
  const before = new Date(clock.now() - keepDays * dayMs);
  for (const { removeBatch } of upkeep.rules) while ((await removeBatch(before, 100)) >= 100);
}

describe("the log in weeks", () => {
  it("begins with one part for everything until the end of next week", async () => {
    expect(await names()).toEqual(["events_before", "events_default"]);
    await write(-5_000);
    await write(0);
    await write(7);
    await write(15);
    expect((await lines()).map(({ place }) => place)).toEqual([...Array(3).fill("events_before"), "events_default"]);
  });

  it("has this week and the two that follow, and each is made once", async () => {
    await upkeep.chore.work();
    expect(await names()).toEqual(["events_before", weekOf(14), "events_default"]);
    clock.advance(7 * dayMs);
    await upkeep.chore.work();
    await upkeep.chore.work();
    expect(await names()).toEqual(["events_before", weekOf(7), weekOf(14), "events_default"]);
    await write(14);
    expect((await lines()).at(-1)?.place).toBe(weekOf(14));
  });

  it("refuses no line, however wrong a clock is", async () => {
    for (const days of [-700_000, 100_000]) await write(days);
    expect(await lines()).toHaveLength(2);
  });

  it("leaves a week that began without a part of its own where it began, and goes on with the next", async () => {
    clock.advance(100 * dayMs);
    await write(0, "first");
    await upkeep.chore.work();
    expect(await names()).toEqual(["events_before", weekOf(7), weekOf(14), "events_default"]);
    expect(await lines()).toEqual([expect.objectContaining({ note: "first", place: "events_default" })]);
  });

  it("gives every part the indexes of the log", async () => {
    await upkeep.chore.work();
    const [{ count } = { count: 0 }] = await database.execute<{ count: number }>(
      `select count(*)::int as count from pg_index where indrelid = '${weekOf(14)}'::regclass`,
    );
    const [{ count: expected } = { count: -1 }] = await database.execute<{ count: number }>(
      "select count(*)::int as count from pg_index where indrelid = 'events'::regclass",
    );
    expect(count).toBe(expected);
  });
});

describe("what is older than is kept", () => {
  it("leaves as whole weeks, once the last of its lines is due", async () => {
    await upkeep.chore.work();
    await write(0, "old");
    await write(14, "young");
    const kept = weekOf(14);
    const end = (await listPartitions(database)).find(({ name }) => name === "events_before")?.until?.getTime() ?? 0;
    clock.advance(end - clock.now() + keepDays * dayMs - 1);
    await clean();
    expect((await lines()).map(({ note }) => note)).toEqual(["old", "young"]);
    clock.advance(1);
    await clean();
    expect((await lines()).map(({ note }) => note)).toEqual(["young"]);
    expect(await names()).toEqual([kept, "events_default"]);
    expect(await tablesOf(database, schema.name)).not.toContain("events_before");
  });

  it("leaves line by line where no week was made for it", async () => {
    await write(20, "old");
    await write(21, "young");
    clock.advance((20 + keepDays) * dayMs + 1);
    await clean();
    expect((await lines()).map(({ note }) => note)).toEqual(["young"]);
  });

  it("is left alone, and holds up nobody, while somebody reads the log for long", async () => {
    await write(0, "old");
    clock.advance(200 * dayMs);
    const backup = await database.connect();
    await backup.query("begin; select from events limit 1");
    const cleaning = clean();
    // Each write waits for its lock behind the removal's, but never as long as the backup takes.
    const waits: number[] = [];
    let isDone = false;
    void cleaning.finally(() => (isDone = true));
    while (!isDone) {
      const asked = performance.now();
      await write(0);
      waits.push(performance.now() - asked);
    }
    expect(Math.max(...waits)).toBeLessThan(1_000);
    expect(await names()).toContain("events_before");
    await backup.query("commit");
    await backup.end();
    await clean();
    expect(await names()).not.toContain("events_before");
  });

  it("leaves also when the node that took it out of the log then died", async () => {
    await write(0, "old");
    await database.execute("alter table events detach partition events_before");
    await upkeep.chore.work();
    expect(await tablesOf(database, schema.name)).not.toContain("events_before");
  });
});

describe("dividing a log that there is already", () => {
  const divided = migrations.findIndex(({ name }) => name === "event-weeks");

  it("keeps every line, copies none, and goes on counting", async () => {
    const old = schema.open(`${schema.name}_old`);
    await migrate(old, migrations.slice(0, divided));
    await old.execute(
      "insert into events (at, type) select now() - interval '1 day' * (i % 300), 'x' from generate_series(1, 500) i",
    );
    const fileOf = (table: string) => old.execute(`select pg_relation_filenode('${table}') as file`);
    const before = await fileOf("events");
    await migrate(old);
    expect(await fileOf("events_before")).toEqual(before);
    await old.execute("insert into events (at, type) values (now(), 'y')");
    const [row] = await old.execute("select count(*)::int, count(distinct id)::int as ids, max(id)::int from events");
    expect(row).toEqual({ count: 501, ids: 501, max: 501 });
  });

  it("finds room also for lines from the future", async () => {
    const old = schema.open(`${schema.name}_future`);
    await migrate(old, migrations.slice(0, divided));
    await old.execute("insert into events (at, type) values (now() + interval '400 days', 'x')");
    await migrate(old);
    expect(await old.execute("select type from events_before")).toEqual([{ type: "x" }]);
  });

  it("is not noticed by a server of the version before, which goes on writing through its prepared statement", async () => {
    const old = schema.open(`${schema.name}_beside`);
    await migrate(old, migrations.slice(0, divided));
    const node = await old.connect();
    const insert = { name: "insert", text: "insert into events (at, type) values (now(), 'x') returning id" };
    const first = await node.query<{ id: string }>(insert);
    await migrate(old);
    const second = await node.query<{ id: string }>(insert);
    expect([first.rows[0]?.id, second.rows[0]?.id]).toEqual(["1", "2"]);
    await node.end();
  });
});
