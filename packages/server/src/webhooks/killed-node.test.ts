import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { createManualClock } from "../clock/clock.ts";
import { createTestInstance, type TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { startReceiver, type TestReceiver, verifies } from "./receiver.testing.ts";

const program = fileURLToPath(new URL("node.testing.ts", import.meta.url));
const secret = randomBytes(32).toString("base64");
// Ahead of the nodes that are killed, by more than their leases: what they held is free.
const aheadMs = 60_000;

let instance: TestInstance;
let receiver: TestReceiver;
const nodes: ChildProcess[] = [];
beforeAll(async () => {
  receiver = await startReceiver();
  instance = await createTestInstance({ hasPractice: false, clock: createManualClock(Date.now()), config: { secret } });
});
afterAll(async () => {
  for (const node of nodes) node.kill("SIGKILL");
  await instance.close();
  await receiver.close();
});

async function startNode(): Promise<ChildProcess> {
  const node = spawn(process.execPath, ["--conditions=holdfast-source", program], {
    env: {
      ...process.env,
      TEST_NODE: JSON.stringify({ connection: inject("postgres"), schema: instance.schema, secret }),
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  nodes.push(node);
  await once(node.stdout ?? node, "data");
  return node;
}

it("what a node was sending when it was killed with SIGKILL, another sends, by the same id, and nothing is missing", async () => {
  const { webhooks } = instance.holdfast;
  const { endpoint, secret: whsec } = await webhooks.create({ url: receiver.url, events: ["session.started"] });
  // It never answers: the node is in the middle of every attempt.
  receiver.answer(() => undefined);
  const node = await startNode();
  const sessions: string[] = [];
  for (let count = 0; count < 12; count++) {
    const { session } = await startSession(instance, { email: `person-${count}@example.com` });
    sessions.push(session.id);
  }
  await receiver.until(({ message }) => message.type === "session.started", 10_000);
  node.kill("SIGKILL");
  await once(node, "exit");

  const interrupted = receiver.received.map(({ id }) => id);
  expect(interrupted.length).toBeGreaterThan(0);
  receiver.answer(204);
  instance.clock.set(Date.now() + aheadMs);
  await webhooks.catchUp();

  const after = receiver.received.slice(interrupted.length);
  expect(after.map(({ message }) => message.data.session_id).sort()).toEqual([...sessions].sort());
  expect(after.map(({ id }) => id)).toEqual(expect.arrayContaining(interrupted));
  // The clock is ahead, but not by more than receivers forgive.
  for (const each of after) expect(verifies(each, whsec)).toBe(true);
  const log = await webhooks.deliveries({ destinationId: endpoint.id }, 100);
  expect(log.map(({ state }) => state)).toEqual(Array(12).fill("delivered"));
}, 60_000);

it("a node that is killed again and again loses nothing of what happens meanwhile", async () => {
  const { webhooks } = instance.holdfast;
  instance.clock.set(Date.now());
  const { endpoint } = await webhooks.create({ url: receiver.url, events: ["user.disabled"] });
  const users: string[] = [];
  for (let round = 0; round < 4; round++) {
    const node = await startNode();
    for (let count = 0; count < 20; count++) {
      instance.clock.set(Date.now() + 5_000);
      const id = `00000000-0000-7000-8000-${String(users.length).padStart(12, "0")}`;
      await instance.sql("insert into events (at, type, user_id) values ($1, 'user.disabled', $2)", [
        new Date(instance.clock.now()),
        id,
      ]);
      users.push(id);
    }
    node.kill("SIGKILL");
    await once(node, "exit");
  }
  instance.clock.set(Date.now() + 2 * aheadMs);
  await webhooks.catchUp();
  const heard = receiver.received.filter(({ message }) => message.type === "user.disabled");
  expect([...new Set(heard.map(({ message }) => message.data.user_id))].sort()).toEqual(users);
  const log = await webhooks.deliveries({ destinationId: endpoint.id }, 100);
  expect(log.map(({ state }) => state)).toEqual(Array(80).fill("delivered"));
}, 120_000);
