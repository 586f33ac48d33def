/** A node whose clock is wrong: the database's decides, the node says so, and no verdict depends on which node answers. */
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { createVerifier } from "@holdfast/verify";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { audience, clientId, faultConfig } from "./support/fault-config.ts";
import { type FaultDatabase, openFaultDatabase } from "./support/fault-database.ts";
import { type FaultNode, startNode } from "./support/fault-node.ts";
import { createHonestClient, type HonestClient } from "./support/honest-client.ts";
import { createOperator, type Operator } from "./support/operator.ts";
import { quietPort } from "./support/quiet-port.ts";
import type { ClockMessage } from "./support/shift-clock.ts";

const tampering = new URL("./support/shift-clock.ts", import.meta.url);
const overlapMs = 2_000;
const accessSeconds = 900;
// A request on a busy machine takes its time; ten minutes it does not take.
const toleranceMs = 5_000;

let database: FaultDatabase;
let operator: Operator;
let right: FaultNode;
let start: (shiftSeconds: number) => Promise<FaultNode>;

beforeAll(async () => {
  database = openFaultDatabase();
  const port = await quietPort();
  const base = faultConfig(`http://localhost:${port}`, database.schema);
  const config = { ...base, tokens: { overlap: overlapMs / 1000 } };
  operator = await createOperator(database, config);
  start = (shiftSeconds) =>
    startNode({
      databaseUrl: database.url,
      config,
      imports: [tampering],
      environment: { FAULT_CLOCK_SHIFT_SECONDS: String(shiftSeconds) },
    });
  right = await startNode({ databaseUrl: database.url, config, port });
});
afterAll(async () => {
  await right?.stop();
  await operator?.close();
  await database?.close();
});

const newClient = async () => createHonestClient(await operator.createSession());
const readiness = async ({ origin }: FaultNode) => {
  const response = await fetch(`${origin}/readyz`);
  const { checks } = (await response.json()) as { checks: { clock: string } };
  return { status: response.status, checks };
};

async function expectRightTimes(client: HonestClient): Promise<void> {
  const { iat, exp } = decodeJwt(client.accessToken);
  expect(Math.abs((iat ?? 0) * 1000 - Date.now())).toBeLessThan(toleranceMs);
  expect((exp ?? 0) - (iat ?? 0)).toBe(accessSeconds);
  expect(Math.abs((client.answer?.server_time_ms ?? 0) - Date.now())).toBeLessThan(toleranceMs);
}

/** Presents a token as a second tab would: without the key of the attempt that replaced it. */
async function present(node: FaultNode, refreshToken: string): Promise<string> {
  const body = new URLSearchParams({ client_id: clientId, refresh_token: refreshToken });
  const response = await fetch(`${node.origin}/refresh`, { method: "POST", body });
  const answer = (await response.json()) as { generation?: number; reason?: string };
  return answer.reason ?? `generation ${answer.generation}`;
}

async function tamper({ child }: FaultNode, message: ClockMessage): Promise<void> {
  const done = once(child, "message");
  child.send(message);
  await done;
}

describe.each([
  ["ten minutes ahead", 600],
  ["ten minutes behind", -600],
])("a node whose clock is %s", (_, shiftSeconds) => {
  let wrong: FaultNode;
  beforeAll(async () => {
    wrong = await start(shiftSeconds);
  });
  afterAll(() => wrong?.stop().then(() => undefined));

  it("is not ready, and says so in its answer, its log and its metrics", async () => {
    const { status, checks } = await readiness(wrong);
    expect(status).toBe(503);
    expect(checks.clock).toMatch(
      shiftSeconds > 0
        ? /^this node's clock is (599|600|601) s ahead of the database's$/
        : /^this node's clock is (599|600|601) s behind the database's$/,
    );
    expect(wrong.log.filter((line) => line.includes("clock is not the database's"))).toHaveLength(1);
    expect(await wrong.metric("holdfast_database_clock_skew_seconds")).toBeCloseTo(-shiftSeconds, 0);
    expect((await readiness(right)).status).toBe(200);
  });

  it("mints tokens with the right times, which verify", async () => {
    const client = await newClient();
    expect(await client.refresh(wrong.origin)).toMatchObject({ outcome: "refreshed" });
    await expectRightTimes(client);
    const verifier = createVerifier({ issuer: `http://localhost:${right.port}`, audience, feed: "off" });
    expect(await verifier.verify(client.accessToken)).toMatchObject({ sid: client.sid });
    await verifier.close();
  });

  it("agrees on the overlap, whichever of the two rotates and whichever is asked again", async () => {
    await Promise.all(
      [
        [wrong, right],
        [right, wrong],
      ].map(async ([first = wrong, second = wrong]) => {
        const { refreshToken } = await operator.createSession();
        expect(await present(first, refreshToken)).toBe("generation 2");
        expect(await present(second, refreshToken)).toBe("generation 2");
        await delay(overlapMs + 300);
        expect(await present(second, refreshToken)).toBe("reuse_detected");
        expect(await present(first, refreshToken)).toBe("reuse_detected");
      }),
    );
  });

  it.each([
    ["is over", "-5 minutes", "session_expired"],
    ["has five minutes left", "5 minutes", "generation 2"],
  ])("agrees on a limit that %s", async (_, left, verdict) => {
    for (const node of [wrong, right]) {
      const { sid, refreshToken } = await operator.createSession();
      const limit = "update grants set idle_expires_at = now() + $2::interval where session_id = $1";
      await database.execute(limit, [sid, left]);
      expect(await present(node, refreshToken)).toBe(verdict);
    }
  });
});

describe("a node whose clock is set while it runs", () => {
  it.each([600, -600])(
    "by %i s goes on with the right time, is at once not ready, and ready when it is put right",
    async (shiftSeconds) => {
      const node = await start(0);
      try {
        expect((await readiness(node)).status).toBe(200);
        const client = await newClient();
        await client.refresh(node.origin);
        await tamper(node, { shiftSeconds });
        expect((await readiness(node)).status).toBe(503);
        // The times of the very next answers, and of those after it has measured again.
        for (let second = 0; second < 3; second++) {
          expect(await client.refresh(node.origin)).toMatchObject({ outcome: "refreshed" });
          await expectRightTimes(client);
          await delay(500);
        }
        await expect.poll(() => node.log.filter((line) => line.includes("is not the database's")).length).toBe(1);
        await tamper(node, { shiftSeconds: 0 });
        expect((await readiness(node)).status).toBe(200);
        await client.refresh(node.origin);
        await expectRightTimes(client);
      } finally {
        await node.stop();
      }
    },
  );

  it("because its machine slept for ten minutes is right again within seconds, and ends nobody's session", async () => {
    const node = await start(0);
    try {
      const client = await newClient();
      await tamper(node, { sleptSeconds: 600 });
      const woke = performance.now();
      // Behind, it refuses nobody for having come late.
      expect(await client.refresh(node.origin)).toMatchObject({ outcome: "refreshed" });
      await expect.poll(async () => (await readiness(node)).status, { timeout: 10_000, interval: 20 }).toBe(200);
      console.info(`right again ${Math.round(performance.now() - woke)} ms after waking`);
      await client.refresh(node.origin);
      await expectRightTimes(client);
    } finally {
      await node.stop();
    }
  });
});
