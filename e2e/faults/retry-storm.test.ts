/**
 * Clients come three times as fast as they can be served, and come back when told. What can be served is set by a database
 * that takes its time, so that the figures are those of the protocol and not of the machine.
 */
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Target } from "../../bench/support/target.ts";
import { type FaultDatabase, openFaultDatabase } from "./support/fault-database.ts";
import { type FaultNode, startNode } from "./support/fault-node.ts";
import { countBy } from "./support/load.ts";
import { quietPort } from "./support/quiet-port.ts";
import { seededConfig, seedPeople } from "./support/seeded-database.ts";
import {
  type Connections,
  createConnections,
  createSeededClient,
  startClosedLoop,
  untilServed,
} from "./support/seeded-load.ts";

const queryMs = 250;
const measuring = { grants: 2_000, width: 600, seconds: 2.5 };
const storm = { overload: 3, seconds: 4 };
// Refreshes that a node lets wait, and some more: so many must come that it has to turn some away, however slow it is.
const roomToWait = 4_096 + 1_000;
const answerBoundMs = 30_000;

let database: FaultDatabase;
let node: FaultNode;
let connections: Connections;
let target: Target;

beforeAll(async () => {
  database = openFaultDatabase();
  const port = await quietPort();
  node = await startNode({ databaseUrl: database.url, config: seededConfig(database, port), port });
  await seedPeople(database, 20_000);
  target = { name: "storm", kind: "holdfast", port, grants: 20_000 };
  connections = createConnections(port);
  await connections.open(roomToWait);
});
afterAll(async () => {
  connections?.close();
  await node?.stop();
  await database?.close();
});

/** Each statement of refreshes takes its time, and costs nobody any. */
async function slowDown(): Promise<void> {
  const body = `begin perform pg_sleep(${queryMs / 1000}); return null; end`;
  await database.execute(`create function slow_down() returns trigger language plpgsql as '${body}'`);
  await database.execute("create trigger slow_down before update on grants execute function slow_down()");
}

it("the node serves on, tells those it has no room for when to come, and signs nobody out", async () => {
  const regulars = Array.from({ length: measuring.grants }, (_, index) => createSeededClient(target, index));
  const warm = startClosedLoop(connections, regulars, 20);
  await delay(500);
  await warm.stop();
  await slowDown();
  const loop = startClosedLoop(connections, regulars, measuring.width);
  const calmFrom = performance.now() + queryMs;
  await delay(queryMs + measuring.seconds * 1000);
  const calmUntil = performance.now();
  const calm = (await loop.stop()).filter(({ at }) => at > calmFrom && at <= calmUntil);
  const capacity = (calm.length / (calmUntil - calmFrom)) * 1000;

  const count = Math.round(Math.max(capacity * storm.overload, capacity + roomToWait / storm.seconds) * storm.seconds);
  const start = performance.now();
  const all = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      await delay((index / count) * storm.seconds * 1000);
      return untilServed(connections, createSeededClient(target, measuring.grants + index));
    }),
  );
  const answers = all.flat();
  const served = answers.filter(({ outcome }) => outcome === "refreshed");
  const drained = (Math.max(...served.map(({ at }) => at)) - start) / 1000;
  // From when the first was served to when nobody new comes any more.
  const during = served.filter(({ at }) => at - start > queryMs && at - start <= storm.seconds * 1000);
  const goodput = during.length / (storm.seconds - queryMs / 1000) / capacity;
  console.info(
    JSON.stringify({
      capacity: Math.round(capacity),
      clients: count,
      connections: connections.opened,
      answers: countBy(answers, ({ status }) => status),
      retry_after: countBy(
        answers.filter(({ outcome }) => outcome === "later"),
        ({ retryAfter }) => retryAfter,
      ),
      slowest_ms: Math.round(Math.max(...answers.map(({ tookMs }) => tookMs))),
      goodput_while_coming: goodput.toFixed(2),
      drained_s: drained.toFixed(1),
      drained_share: (count / drained / capacity).toFixed(2),
    }),
  );
  expect(answers.filter(({ outcome }) => outcome === "refused")).toEqual([]);
  expect(served).toHaveLength(count);
  for (const { status, tookMs } of answers) {
    expect([200, 429, 503]).toContain(status);
    expect(tookMs).toBeLessThan(answerBoundMs);
  }
  // Not that it was never asked too much.
  expect(answers.some(({ status }) => status === 503)).toBe(true);
  expect(count / drained / capacity).toBeGreaterThan(0.5);
}, 120_000);
