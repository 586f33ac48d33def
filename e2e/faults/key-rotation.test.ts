/** Our key set rotates while tokens are minted on one node and verified against another: nobody is refused for it. */
import { setTimeout as delay } from "node:timers/promises";
import { createVerifier, type Verifier } from "@holdfast/verify";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { audience, faultConfig, office } from "./support/fault-config.ts";
import { type FaultDatabase, openFaultDatabase } from "./support/fault-database.ts";
import { type FaultNode, startNode } from "./support/fault-node.ts";
import { createHonestClient } from "./support/honest-client.ts";
import { createOperator, type Operator } from "./support/operator.ts";
import { quietPort } from "./support/quiet-port.ts";

// As 15 minutes are to jose's 30 s, only shorter.
const publishAheadMs = 4_000;
const cooldownMs = 1_000;
const afterwardsMs = 2_000;
const people = 4;

let database: FaultDatabase;
let operator: Operator;
let minting: FaultNode;
let publishing: FaultNode;
let issuer: string;

beforeAll(async () => {
  database = openFaultDatabase();
  const port = await quietPort();
  issuer = `http://localhost:${port}`;
  const base = faultConfig(issuer, database.schema);
  const config = { ...base, keys: { publishAhead: publishAheadMs / 1000 } };
  operator = await createOperator(database, config);
  publishing = await startNode({ databaseUrl: database.url, config, port });
  minting = await startNode({ databaseUrl: database.url, config });
});
afterAll(async () => {
  await minting?.stop();
  await publishing?.stop();
  await operator?.close();
  await database?.close();
});

type Verify = (token: string) => Promise<unknown>;

const following = () => createVerifier({ issuer, audience, credentials: office });
const onItsOwn = () => createVerifier({ issuer, audience, feed: "off" });
function remoteKeySet(cooldownDuration?: number): Verify {
  const keys = createRemoteJWKSet(
    new URL(`${issuer}/jwks`),
    cooldownDuration === undefined ? {} : { cooldownDuration },
  );
  return (token) => jwtVerify(token, keys, { issuer, audience, typ: "at+jwt" });
}

/** Mints tokens until it is stopped, and shows each to everyone at once, and once more the first of each person. */
function startTraffic(verifiers: Readonly<Record<string, Verify>>) {
  const refusals: string[] = [];
  const keys = new Map<string | undefined, number>();
  let isOver = false;

  async function show(token: string): Promise<void> {
    const { kid } = decodeProtectedHeader(token);
    keys.set(kid, (keys.get(kid) ?? 0) + 1);
    for (const [name, verify] of Object.entries(verifiers)) {
      await verify(token).catch((error: { code?: string }) => refusals.push(`${name}: ${error.code ?? error}`));
    }
  }

  async function live(): Promise<void> {
    const session = await operator.createSession();
    const client = createHonestClient(session);
    while (!isOver) {
      const { outcome, reason } = await client.refresh(minting.origin);
      if (outcome !== "refreshed") refusals.push(`the refresh: ${outcome} ${reason}`);
      await Promise.all([client.accessToken, session.accessToken].map(show));
      await delay(20);
    }
  }

  const living = Promise.all(Array.from({ length: people }, live));
  return {
    keys,
    async stop() {
      isOver = true;
      await living;
      return refusals;
    },
  };
}

async function rotateUnder(verifiers: Readonly<Record<string, Verify>>, isUrgent: boolean) {
  const traffic = startTraffic(verifiers);
  await delay(500);
  const { id } = await operator.holdfast.keys.rotate({ isUrgent });
  const began = performance.now();
  await expect.poll(() => traffic.keys.get(id) ?? 0, { timeout: 20_000, interval: 50 }).toBeGreaterThan(0);
  const signsAfterMs = Math.round(performance.now() - began);
  await delay(afterwardsMs);
  const signed = [...traffic.keys.values()].reduce((sum, count) => sum + count, 0);
  return { signsAfterMs, signed, newKey: traffic.keys.get(id) ?? 0, refusals: await traffic.stop() };
}

describe.each([
  ["as scheduled", false],
  ["at once, after a leak", true],
])("a key that is replaced %s", (_, isUrgent) => {
  it("makes no verifier refuse a token, neither one that was minted before nor one after", async () => {
    const verifiers: Verifier[] = [following(), onItsOwn()];
    await verifiers[0]?.ready();
    const [follows, looks] = verifiers.map(
      (verifier): Verify =>
        (token) =>
          verifier.verify(token),
    );
    if (!follows || !looks) throw new Error("there are two");
    const shown = {
      "@holdfast/verify": follows,
      "@holdfast/verify without the feed": looks,
      [`jose that looks once in ${cooldownMs} ms`]: remoteKeySet(cooldownMs),
    };
    const result = await rotateUnder(shown, isUrgent);
    console.info(`${isUrgent ? "urgent" : "scheduled"}: ${JSON.stringify(result)}`);
    expect(result.refusals).toEqual([]);
    expect(result.newKey).toBeGreaterThan(10);
    for (const verifier of verifiers) await verifier.close();
  }, 60_000);
});

it("what jose does by itself after an urgent replacement: it looks once in 30 s, and refuses until then", async () => {
  const asItComes = remoteKeySet();
  await asItComes((await operator.createSession()).accessToken);
  const { refusals } = await rotateUnder({ jose: asItComes }, true);
  expect([...new Set(refusals)]).toEqual(["jose: ERR_JWKS_NO_MATCHING_KEY"]);
}, 60_000);
