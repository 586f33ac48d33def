/** Something holds every connection of a node's pool: what can wait is told so, what must not wait goes on. */
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { faultConfig } from "./support/fault-config.ts";
import { type FaultDatabase, openFaultDatabase } from "./support/fault-database.ts";
import { type FaultNode, startNode } from "./support/fault-node.ts";
import { createHonestClient } from "./support/honest-client.ts";
import { createOperator, type Operator } from "./support/operator.ts";
import { quietPort } from "./support/quiet-port.ts";
import { revokeSession } from "./support/revoke.ts";
import { timed } from "./support/timed.ts";

const poolSize = 4;
const people = 6;
// A second to wait for a connection; the rest is for a busy machine.
const boundMs = 5_000;

let database: FaultDatabase;
let operator: Operator;
let node: FaultNode;
let holder: Awaited<ReturnType<FaultDatabase["connect"]>>;

beforeAll(async () => {
  database = openFaultDatabase();
  const port = await quietPort();
  const base = faultConfig(`http://localhost:${port}`, database.schema);
  const config = { ...base, database: { schema: database.schema, poolSize } };
  operator = await createOperator(database, config);
  node = await startNode({ databaseUrl: database.url, config, port });
  holder = await database.connect();
});
afterAll(async () => {
  await holder?.end();
  await node?.stop();
  await operator?.close();
  await database?.close();
});

/** Requests that wait for a table nobody may read, one after the other, so that a connection let go is taken again. */
function holdEveryConnection(cookie: string) {
  let isOver = false;
  const ask = async () => {
    while (!isOver) {
      const response = await fetch(`${node.origin}/session`, { headers: { Cookie: cookie } }).catch(() => null);
      await response?.body?.cancel();
    }
  };
  const asking = Promise.all(Array.from({ length: poolSize * 2 }, ask));
  return async () => {
    isOver = true;
    await asking;
  };
}

it("refreshes are told to come back within a second or so, keys are served, endings acknowledged, and it heals itself", async () => {
  const clients = (await operator.createSessions(people)).map(createHonestClient);
  const [looked, ended] = await operator.createSessions(2);
  if (!looked || !ended) throw new Error("two were made");
  // A busy machine takes longer than PostgreSQL lets us hold it.
  await holder.query("set idle_in_transaction_session_timeout = 0");
  await holder.query("begin; lock table members in access exclusive mode");
  const letGo = holdEveryConnection(looked.cookie);
  const waiting = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%members%'";
  await expect.poll(async () => (await database.execute(waiting)).length, { timeout: 10_000 }).toBe(poolSize);

  const attempts = await Promise.all(
    clients.map(async (client, index) => {
      await delay(index * 300);
      return client.refresh(node.origin);
    }),
  );
  for (const attempt of attempts) {
    expect(attempt).toMatchObject({ outcome: "later", status: 503, reason: "temporarily_unavailable" });
    expect(attempt.retryAfter).toBeGreaterThanOrEqual(1);
    expect(attempt.retryAfter).toBeLessThan(30);
    expect(attempt.tookMs).toBeLessThan(boundMs);
  }
  const paths = ["/jwks", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/livez"];
  const served = await Promise.all(paths.map((path) => timed(async () => (await fetch(node.origin + path)).status)));
  expect(served.map(({ result }) => result)).toEqual(paths.map(() => 200));
  for (const { tookMs } of served) expect(tookMs).toBeLessThan(boundMs);
  const revocation = await timed(() => revokeSession(node.origin, ended.sid));
  expect(revocation.result).toBe(200);
  expect(revocation.tookMs).toBeLessThan(boundMs);
  expect((await fetch(`${node.origin}/readyz`)).status).toBe(503);

  await holder.query("commit");
  const heals = await timed(async () => {
    await expect
      .poll(async () => (await clients[0]?.refresh(node.origin))?.outcome, { timeout: 20_000 })
      .toBe("refreshed");
  });
  await letGo();
  for (const client of clients) expect((await client.refresh(node.origin)).outcome).toBe("refreshed");
  expect((await createHonestClient(ended).refresh(node.origin)).outcome).toBe("refused");
  expect((await fetch(`${node.origin}/readyz`)).status).toBe(200);
  console.info(
    JSON.stringify({
      refused_after_ms: attempts.map(({ tookMs }) => Math.round(tookMs)),
      served_ms: Object.fromEntries(paths.map((path, index) => [path, served[index]?.tookMs])),
      revoked_ms: revocation.tookMs,
      healed_ms: heals.tookMs,
    }),
  );
});
