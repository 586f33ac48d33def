import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createManualClock } from "../clock/clock.ts";
import { createLogger } from "../logging/logger.ts";
import { createMetrics, type Metrics } from "../metrics/metrics.ts";
import { createTestSchema, type TestSchema } from "../storage/database.testing.ts";
import type { Database } from "../storage/database.ts";
import { type CleaningRule, createHygiene, type Hygiene, type HygieneDeps } from "./hygiene.ts";

const clock = createManualClock(Date.UTC(2026, 0, 2));

let schema: TestSchema;
let database: Database;
beforeAll(() => {
  schema = createTestSchema();
  database = schema.open();
});
afterAll(() => schema.close());

let metrics: Metrics;
let errors: unknown[];
let logged: string[];
const nodes: Hygiene[] = [];
beforeEach(() => {
  metrics = createMetrics();
  errors = [];
  logged = [];
});
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.close();
});

function start(rules: readonly CleaningRule[], others: Partial<HygieneDeps> = {}): Hygiene {
  const logger = createLogger({ level: "info", destination: { write: (line) => void logged.push(line) } });
  const onError = (error: unknown) => void errors.push(error);
  const node = createHygiene({ database, clock, metrics, logger, rules, chores: [], onError, ...others });
  nodes.push(node);
  return node;
}

/** A table of so many rows, the oldest of which ended an hour before it was due. */
function ruleWith(rows: number, name = "things") {
  const limits: number[] = [];
  const rule: CleaningRule = {
    name,
    keep: 60,
    oldest: async (before) => (rows > 0 ? new Date(before.getTime() - 3_600_000) : null),
    async removeBatch(_, limit) {
      limits.push(limit);
      const count = Math.min(rows, limit);
      rows -= count;
      return count;
    },
  };
  return { rule, limits, left: () => rows };
}

const figure = async (name: string) => new RegExp(`^${name}(?:{.*})? (\\S+)$`, "m").exec(await metrics.text())?.[1];

describe("a run", () => {
  it("removes all that is due, a batch at a time", async () => {
    const { rule, limits, left } = ruleWith(1_700);
    expect(await start([rule]).run()).toEqual(new Map([["things", 1_700]]));
    expect(left()).toBe(0);
    expect(Math.max(...limits)).toBeLessThanOrEqual(1_000);
    expect(limits.length).toBeGreaterThan(1);
  });

  it("asks for what ended longer ago than it is kept", async () => {
    const before = vi.fn(async () => null);
    await start([{ ...ruleWith(0).rule, oldest: before }]).run();
    expect(before.mock.calls).toEqual([[new Date(clock.now() - 60_000)]]);
  });

  it("touches nothing where nothing is due", async () => {
    const { rule, limits } = ruleWith(0);
    await start([rule]).run();
    expect(limits).toEqual([]);
    expect(logged).toEqual([]);
  });

  it("rests four times as long as a batch took", async () => {
    const { rule } = ruleWith(1_501);
    const times: number[] = [];
    const slow: CleaningRule = {
      ...rule,
      async removeBatch(before, limit) {
        times.push(performance.now());
        await new Promise((resolve) => setTimeout(resolve, 40));
        times.push(performance.now());
        return rule.removeBatch(before, limit);
      },
    };
    await start([slow]).run();
    expect(times).toHaveLength(8);
    for (let batch = 2; batch < times.length; batch += 2) {
      const took = (times[batch - 1] ?? 0) - (times[batch - 2] ?? 0);
      expect((times[batch] ?? 0) - (times[batch - 1] ?? 0)).toBeGreaterThan(took * 3.5);
    }
  });

  it("goes on with the next rule when one fails, and tells of it", async () => {
    const failure = new Error("the table is locked");
    const broken = { ...ruleWith(1, "broken").rule, removeBatch: () => Promise.reject(failure) };
    const { rule, left } = ruleWith(3);
    const chores = [{ work: () => Promise.reject(failure) }];
    await start([broken, rule], { chores }).run();
    expect(left()).toBe(0);
    expect(errors).toEqual([failure, failure]);
  });

  it("is told in the log and the metrics", async () => {
    await start([ruleWith(0, "none").rule, ruleWith(620).rule]).run();
    expect(logged.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ removed: { things: 620 }, msg: "removed what had ended long ago" }),
    ]);
    expect(await figure("holdfast_hygiene_removed_total")).toBe("620");
    expect(await figure("holdfast_hygiene_backlog_seconds")).toBe("0");
    expect(Number(await figure("holdfast_hygiene_last_run_timestamp_seconds"))).toBe(clock.now() / 1000);
  });

  it("that did not get to the end says how far behind it is", async () => {
    const stuck = { ...ruleWith(5).rule, removeBatch: () => Promise.reject(new Error("no space")) };
    await start([stuck]).run();
    expect(await figure("holdfast_hygiene_backlog_seconds")).toBe("3600");
  });
});

describe("several nodes", () => {
  it("leave it to the one that was first", async () => {
    const first = ruleWith(5_000);
    const other = ruleWith(5_000);
    const { promise: goOn, resolve: letGoOn } = Promise.withResolvers<void>();
    const held = {
      ...first.rule,
      removeBatch: (before: Date, limit: number) => goOn.then(() => first.rule.removeBatch(before, limit)),
    };
    const begun = vi.spyOn(held, "removeBatch");
    const running = start([held]).run();
    await vi.waitFor(() => expect(begun).toHaveBeenCalled());
    const far = start([other.rule], { database: schema.open(), metrics: createMetrics() });
    expect(await far.run()).toBeNull();
    expect(other.limits).toEqual([]);
    letGoOn();
    await running;
    await far.run();
    expect(other.left()).toBe(0);
  });
});

describe("stopping", () => {
  it("ends after the batch under way, and begins nothing more", async () => {
    const { rule, limits, left } = ruleWith(1_000_000);
    const next = ruleWith(1);
    const node = start([rule, next.rule]);
    const running = node.run();
    await vi.waitFor(() => expect(limits.length).toBeGreaterThan(1));
    await node.close();
    await running;
    const batches = limits.length;
    expect(left()).toBeGreaterThan(0);
    expect(next.left()).toBe(1);
    await node.run();
    expect(limits).toHaveLength(batches);
    expect(await figure("holdfast_hygiene_last_run_timestamp_seconds")).toBe("0");
  });
});
