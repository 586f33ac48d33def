/** A node with a heap of 256 MiB, at all the load it can take. `FAULT_MEMORY_SECONDS=60` is the long run. */
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Target } from "../../bench/support/target.ts";
import { type FaultDatabase, openFaultDatabase } from "./support/fault-database.ts";
import { type FaultNode, startNode } from "./support/fault-node.ts";
import { quietPort } from "./support/quiet-port.ts";
import { seededConfig, seedPeople } from "./support/seeded-database.ts";
import { type Connections, createConnections, createSeededClient, startClosedLoop } from "./support/seeded-load.ts";

const heapMib = 256;
const seconds = Number(process.env.FAULT_MEMORY_SECONDS ?? 6);
const people = 5_000;
const width = 64;
// What is beside the heap: Node itself, its code, buffers.
const residentBoundMib = heapMib + 200;

let database: FaultDatabase;
let node: FaultNode;
let connections: Connections;

beforeAll(async () => {
  database = openFaultDatabase();
  const port = await quietPort();
  const nodeOptions = [`--max-old-space-size=${heapMib}`];
  node = await startNode({ databaseUrl: database.url, config: seededConfig(database, port), port, nodeOptions });
  await seedPeople(database, people);
  connections = createConnections(port);
});
afterAll(async () => {
  connections?.close();
  await node?.stop();
  await database?.close();
});

function residentMib(pid: number): number {
  return Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024);
}

it("the node lives, answers everything, and holds no more after than before", async () => {
  const target: Target = { name: "memory", kind: "holdfast", port: node.port, grants: people };
  const clients = Array.from({ length: people }, (_, index) => createSeededClient(target, index));
  const load = startClosedLoop(connections, clients, width);
  const resident: number[] = [];
  for (let second = 0; second < seconds * 2; second++) {
    await delay(500);
    resident.push(residentMib(node.pid));
  }
  const answers = await load.stop();
  const third = Math.floor(resident.length / 3);
  const [early, late] = [resident.slice(third, 2 * third), resident.slice(-third)].map((part) => Math.max(...part));
  console.info(JSON.stringify({ refreshes_per_second: Math.round(answers.length / seconds), resident_mib: resident }));
  expect(answers.filter(({ outcome }) => outcome !== "refreshed")).toEqual([]);
  expect(answers.length).toBeGreaterThan(people / 5);
  expect(Math.max(...resident)).toBeLessThan(residentBoundMib);
  expect(late ?? 0).toBeLessThan((early ?? 0) * 1.5);
  expect(node.child.exitCode).toBeNull();
});
