/** Several processes share one port: one that dies takes nothing with it, and all of them end with the first. */
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { isAlive } from "../../packages/server/src/cli/cli.testing.ts";
import { clientId, faultConfig } from "./support/fault-config.ts";
import { type FaultDatabase, openFaultDatabase } from "./support/fault-database.ts";
import { type FaultNode, startNode } from "./support/fault-node.ts";
import { createHonestClient } from "./support/honest-client.ts";
import { countBy, startLoad } from "./support/load.ts";
import { createOperator, type Operator } from "./support/operator.ts";
import { quietPort } from "./support/quiet-port.ts";

const people = 8;

let database: FaultDatabase;
let operator: Operator;
let node: FaultNode;

async function start(): Promise<void> {
  const port = await quietPort();
  const base = faultConfig(`http://localhost:${port}`, database.schema);
  const config = { ...base, workers: 2, shutdown: { notice: 0 } };
  operator ??= await createOperator(database, config);
  node = await startNode({ databaseUrl: database.url, config, port });
}

beforeAll(async () => {
  database = openFaultDatabase();
  await start();
});
afterAll(async () => {
  await node?.stop();
  await operator?.close();
  await database?.close();
});

const refreshed = () => node.metric(`holdfast_refreshes_total{client="${clientId}",verdict="rotated"}`);
const workers = () => node.ready.pids.workers;
const gone = (pids: readonly number[]) => vi.waitUntil(() => !pids.some(isAlive), { timeout: 10_000, interval: 20 });

it("a worker that is killed is replaced, and nobody's session ends", async () => {
  expect(workers()).toHaveLength(2);
  const clients = (await operator.createSessions(people)).map(createHonestClient);
  const load = startLoad({ clients, origin: () => node.origin, pauseMs: 10 });
  await delay(500);
  const [victim = 0] = workers();
  process.kill(victim, "SIGKILL");
  await vi.waitUntil(() => node.log.some((line) => line.includes("a worker ended; another is started")));
  await delay(2_000);
  const attempts = await load.stop();
  const outcomes = countBy(attempts, ({ outcome }) => outcome);
  expect(outcomes).not.toHaveProperty("refused");
  expect(attempts.slice(-people).every(({ outcome }) => outcome === "refreshed")).toBe(true);
  // Of the one that was killed nobody knows any more what it had counted.
  expect(await refreshed()).toBeGreaterThan(0);
});

it("what all of them counted is told as one", async () => {
  const before = await refreshed();
  const clients = (await operator.createSessions(people)).map(createHonestClient);
  // Each on a connection of its own, so that both workers have some.
  const attempts = await Promise.all(clients.map((client) => client.refresh(node.origin, { Connection: "close" })));
  expect(attempts.every(({ outcome }) => outcome === "refreshed")).toBe(true);
  expect((await refreshed()) - before).toBe(people);
  // What each of them knows of the database is not counted twice.
  expect(await node.metric("holdfast_live_sessions")).toBeLessThanOrEqual(2 * people);
});

it("when the first process is killed, its workers do not serve on without it", async () => {
  const pids = workers();
  node.child.kill("SIGKILL");
  await gone(pids);
  await start();
});

it("SIGTERM ends all of them in good order", async () => {
  const pids = workers();
  expect(await node.stop()).toBeLessThan(10_000);
  expect(node.child.exitCode).toBe(0);
  await gone(pids);
});

it("what keeps them from starting is told once", async () => {
  const config = { ...faultConfig(`http://localhost:${await quietPort()}`, database.schema), workers: 2 };
  const refused = await startNode({ databaseUrl: "postgres://nobody@127.0.0.1:9/none", config }).catch(String);
  expect(refused).toMatch(/database_unreachable/);
  expect(String(refused).match(/"error":/g)).toHaveLength(1);
});
