/** A database that takes two seconds for each answer: what comes is served as fast as that allows, and ends are heard. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { faultConfig } from "./support/fault-config.ts";
import { databaseUrl, type FaultDatabase, openFaultDatabase } from "./support/fault-database.ts";
import { type FaultNode, startNode } from "./support/fault-node.ts";
import { createHonestClient } from "./support/honest-client.ts";
import { countBy } from "./support/load.ts";
import { createOperator, type Operator } from "./support/operator.ts";
import { quietPort } from "./support/quiet-port.ts";
import { revokeSession } from "./support/revoke.ts";
import { type SlowDatabase, startSlowDatabase } from "./support/slow-database.ts";
import { timed } from "./support/timed.ts";

const slowMs = 2_000;
const people = 300;
// A statement carries 128: three hundred are over after three answers.
const refreshBoundMs = 15_000;
const revocationBoundMs = 20_000;

let database: FaultDatabase;
let slow: SlowDatabase;
let operator: Operator;
let node: FaultNode;

beforeAll(async () => {
  database = openFaultDatabase();
  slow = await startSlowDatabase(database.connection);
  const port = await quietPort();
  const config = faultConfig(`http://localhost:${port}`, database.schema);
  operator = await createOperator(database, config);
  node = await startNode({ databaseUrl: databaseUrl(slow.connection), config, port });
});
afterAll(async () => {
  slow?.delay(0);
  await node?.stop();
  await operator?.close();
  await slow?.close();
  await database?.close();
});

it("everybody is refreshed, as many in each statement as fit", async () => {
  const clients = (await operator.createSessions(people)).map(createHonestClient);
  await Promise.all(clients.slice(0, 20).map((client) => client.refresh(node.origin)));
  slow.delay(slowMs);
  const attempts = await Promise.all(clients.map((client) => client.refresh(node.origin)));
  slow.delay(0);
  const slowest_ms = Math.round(Math.max(...attempts.map(({ tookMs }) => tookMs)));
  console.info(JSON.stringify({ refreshes: countBy(attempts, ({ outcome }) => outcome), slowest_ms }));
  expect(attempts.filter(({ outcome }) => outcome !== "refreshed")).toEqual([]);
  for (const { tookMs } of attempts) expect(tookMs).toBeLessThan(refreshBoundMs);
});

it("what takes too many connections is told to come back; ends are acknowledged, keys served, and it heals itself", async () => {
  const clients = (await operator.createSessions(20)).map(createHonestClient);
  const [ended] = await operator.createSessions(1);
  if (!ended) throw new Error("one was made");

  slow.delay(slowMs);
  const others = Promise.all(
    Array.from({ length: 40 }, () =>
      timed(async () => (await fetch(`${node.origin}/session`, { headers: { Cookie: ended.cookie } })).status),
    ),
  );
  const refreshing = Promise.all(clients.map((client) => client.refresh(node.origin)));
  const revocation = timed(() => revokeSession(node.origin, ended.sid));
  const paths = ["/jwks", "/.well-known/openid-configuration", "/livez", "/readyz"];
  const served = await Promise.all(paths.map((path) => timed(async () => (await fetch(node.origin + path)).status)));
  const revoked = await revocation;
  const answered = await others;
  const attempts = await refreshing;
  slow.delay(0);

  console.info(
    JSON.stringify({
      refreshes: countBy(attempts, ({ outcome, status }) => `${outcome} ${status}`),
      revoked,
      others: countBy(answered, ({ result }) => result),
      slowest_other_ms: Math.max(...answered.map(({ tookMs }) => tookMs)),
      served: Object.fromEntries(paths.map((path, index) => [path, served[index]])),
    }),
  );
  for (const { outcome, status, retryAfter, tookMs } of attempts) {
    expect(["refreshed", "later"]).toContain(outcome);
    if (outcome === "later")
      expect({ status, isPaced: (retryAfter ?? 0) >= 1 }).toEqual({ status: 503, isPaced: true });
    expect(tookMs).toBeLessThan(refreshBoundMs);
  }
  expect(revoked.result).toBe(200);
  expect(revoked.tookMs).toBeLessThan(revocationBoundMs);
  for (const { result } of answered) expect([200, 401, 503]).toContain(result);
  expect(answered.some(({ result }) => result === 503)).toBe(true);
  expect(served.map(({ result }) => result)).toEqual([200, 200, 200, 503]);

  await expect.poll(async () => (await fetch(`${node.origin}/readyz`)).status, { timeout: 10_000 }).toBe(200);
  const after = await Promise.all(clients.map((client) => client.refresh(node.origin)));
  expect(after.filter(({ outcome }) => outcome !== "refreshed")).toEqual([]);
  expect((await createHonestClient(ended).refresh(node.origin)).outcome).toBe("refused");
}, 120_000);
