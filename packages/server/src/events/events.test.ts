import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createManualClock } from "../clock/clock.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { createTestSchema, type TestSchema } from "../storage/database.testing.ts";
import type { Database } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { createEvents, type Events } from "./events.ts";

const clock = createManualClock(Date.UTC(2026, 0, 2, 3, 4, 5, 678));
const sessionId = "0190a0b0-0000-7000-8000-000000000001";
const nobody = () => undefined;

let schema: TestSchema;
let database: Database;
let events: Events;
beforeAll(async () => {
  schema = createTestSchema();
  database = schema.open();
  await migrate(database);
  events = createEvents({ database, clock, metrics: createMetrics(), onError: nobody });
});
afterAll(async () => {
  await events.close();
  await schema.close();
});

const lines = (requestId: string) =>
  database.execute("select * from events where request_id = $1 order by id", [requestId]);

describe("a line of the log", () => {
  it("has the clock's time, everything it was given, and nothing where it was given nothing", async () => {
    await events.append(database.queries, {
      type: "session.started",
      sessionId,
      requestId: "whole",
      data: { provider: "google" },
    });
    expect(await lines("whole")).toEqual([
      expect.objectContaining({
        at: new Date(clock.now()),
        type: "session.started",
        session_id: sessionId,
        grant_id: null,
        user_id: null,
        client_id: null,
        data: { provider: "google" },
      }),
    ]);
  });

  it("stands in the order it was appended in", async () => {
    const types = ["grant.started", "session.refreshed", "grant.revoked"] as const;
    await events.append(database.queries, ...types.map((type) => ({ type, requestId: "ordered" })));
    expect((await lines("ordered")).map(({ type }) => type)).toEqual(types);
  });

  it("is committed with its change, or not at all", async () => {
    const work = database.transaction(async (tx) => {
      await events.append(tx, { type: "session.revoked", sessionId, requestId: "undone" });
      throw new Error("the change failed");
    });
    await expect(work).rejects.toThrow("the change failed");
    expect(await lines("undone")).toEqual([]);
  });

  it("cannot break out of its column", async () => {
    const data = { reason: "'); drop table events; --", list: ["a", { b: '\u2028"\\' }] };
    await events.append(database.queries, { type: "signin.failed", requestId: "quoted", data });
    expect(await lines("quoted")).toEqual([expect.objectContaining({ data })]);
  });
});

describe("an announcement", () => {
  it("is heard on this node at once, and no more after stopping", () => {
    let heard = 0;
    const stop = events.onAnnounced(() => heard++);
    events.announce();
    expect(heard).toBe(1);
    stop();
    events.announce();
    expect(heard).toBe(1);
  });

  it("is heard on another node of the same schema, and not on one of another schema", async () => {
    const [near, far] = [schema.open(), schema.open(`${schema.name}_far`)];
    await migrate(far);
    const heardBy = [near, far].map((each) => {
      const node = createEvents({ database: each, clock, metrics: createMetrics(), onError: nobody });
      const count = { node, heard: 0 };
      node.onAnnounced(() => count.heard++);
      return count;
    });
    // A node hints to itself when it begins to listen: only what comes after that counts.
    await expect.poll(() => heardBy.map(({ heard }) => heard), { timeout: 3_000 }).toEqual([1, 1]);
    events.announce();
    await expect.poll(() => heardBy[0]?.heard, { timeout: 3_000 }).toBe(2);
    expect(heardBy[1]?.heard).toBe(1);
    for (const { node } of heardBy) await node.close();
  });

  it("that cannot be sent is told of, and takes nothing down", async () => {
    const broken = schema.open();
    const errors: unknown[] = [];
    const lonely = createEvents({
      database: broken,
      clock,
      metrics: createMetrics(),
      onError: (error) => errors.push(error),
    });
    await broken.close();
    lonely.announce();
    await expect.poll(() => errors.length).toBeGreaterThan(0);
    await lonely.close();
  });
});
