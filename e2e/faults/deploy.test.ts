/** A new version is rolled out under load: one node after the other is told to stop, and comes back. */
import { setTimeout as delay } from "node:timers/promises";
import type { ConfigInput } from "@holdfast/server";
import { createVerifier } from "@holdfast/verify";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createDatabase } from "../../packages/server/src/storage/database.ts";
import { migrate } from "../../packages/server/src/storage/migrate.ts";
import { migrations } from "../../packages/server/src/storage/migrations/index.ts";
import { type Balancer, startBalancer } from "./support/balancer.ts";
import { audience, faultConfig, office } from "./support/fault-config.ts";
import { type FaultDatabase, openFaultDatabase } from "./support/fault-database.ts";
import { type FaultNode, startNode } from "./support/fault-node.ts";
import { createHonestClient } from "./support/honest-client.ts";
import { countBy, startLoad } from "./support/load.ts";
import { createOperator, type Operator } from "./support/operator.ts";
import { quietPort } from "./support/quiet-port.ts";
import { timed } from "./support/timed.ts";

const noticeSeconds = 2;
const people = 12;
const drainBoundMs = 25_000;

let database: FaultDatabase;
let operator: Operator;
let balancer: Balancer;
let config: ConfigInput;
let nodes: FaultNode[];

beforeAll(async () => {
  database = openFaultDatabase();
  const ports = [await quietPort(), await quietPort()];
  balancer = await startBalancer(ports);
  const base = faultConfig(`http://localhost:${balancer.port}`, database.schema);
  config = { ...base, shutdown: { notice: noticeSeconds } };
  operator = await createOperator(database, config);
  nodes = await Promise.all(ports.map((port) => startNode({ databaseUrl: database.url, config, port })));
  await bothReady();
});
afterAll(async () => {
  await Promise.all((nodes ?? []).map((node) => node.stop()));
  await operator?.close();
  await balancer?.close();
  await database?.close();
});

const issuer = () => `http://localhost:${balancer.port}`;
const bothReady = () => vi.waitUntil(() => balancer.ready.size === 2, { timeout: 30_000 });

async function startTraffic() {
  const clients = (await operator.createSessions(people)).map(createHonestClient);
  return startLoad({ clients, origin: issuer, pauseMs: 20 });
}

it("no refresh fails, and who follows the feed hears of everything without beginning anew", async () => {
  let resyncs = 0;
  const verifier = createVerifier({ issuer: issuer(), audience, credentials: office });
  verifier.on("feed_resync", () => {
    resyncs += 1;
  });
  await verifier.ready();
  const load = await startTraffic();
  await delay(500);

  const rollouts: object[] = [];
  for (const [index, node] of nodes.entries()) {
    const stopping = timed(() => node.stop());
    // While it drains, somebody's session is ended.
    await delay(noticeSeconds * 1000);
    const { sid, accessToken } = await operator.createSession();
    await verifier.verify(accessToken);
    await operator.holdfast.sessions.revoke({ id: sid }, "session_revoked", { requestId: "deploy" });
    const verdict = () =>
      verifier.verify(accessToken).then(
        () => "good",
        (error: { code?: string }) => error.code,
      );
    const told = await timed(() => expect.poll(verdict, { timeout: 15_000, interval: 20 }).toBe("token_revoked"));
    const { tookMs: stopped_ms } = await stopping;
    expect(stopped_ms).toBeLessThan(drainBoundMs);
    const next = await startNode({ databaseUrl: database.url, config, port: node.port });
    nodes[index] = next;
    await bothReady();
    rollouts.push({ stopped_ms, ready_after_ms: Math.round(next.readyAfterMs), revocation_told_ms: told.tookMs });
  }
  await delay(500);
  const attempts = await load.stop();
  console.info(
    JSON.stringify({ attempts: countBy(attempts, ({ outcome, reason }) => `${outcome} ${reason ?? ""}`), rollouts }),
  );
  expect(attempts.length).toBeGreaterThan(people * 20);
  expect(attempts.filter(({ outcome }) => outcome !== "refreshed")).toEqual([]);
  expect(resyncs).toBe(0);
  expect(verifier.status().feed.state).toBe("following");
  await verifier.close();
}, 120_000);

it("the old version goes on while the schema is already the next one's: its statements outlive new columns", async () => {
  const load = await startTraffic();
  await delay(500);
  const tables = ["grants", "sessions", "users", "members", "signing_keys"];
  const sql = [
    ...tables.map((table) => `alter table ${table} add column added_later text not null default 'new'`),
    "create index grants_added_later on grants (client_id, created_at)",
  ].join(";\n");
  const next = createDatabase({ connection: database.connection, schema: database.schema, poolSize: 1 });
  const report = await timed(() => migrate(next, [...migrations, { version: 9_999, name: "next", sql }]));
  await next.close();
  expect(report.result.applied).toEqual([{ version: 9_999, name: "next" }]);
  await delay(1_500);
  const attempts = await load.stop();
  console.info(JSON.stringify({ migrated_ms: report.tookMs, attempts: countBy(attempts, ({ outcome }) => outcome) }));
  expect(attempts.filter(({ outcome }) => outcome !== "refreshed")).toEqual([]);
  // What else they do by these tables: keys, introspection by a look at the session, and new sessions.
  expect((await fetch(`${issuer()}/jwks`)).status).toBe(200);
  const { cookie } = await operator.createSession();
  expect((await fetch(`${issuer()}/session`, { headers: { Cookie: cookie } })).status).toBe(200);
}, 60_000);

it("an old version that starts only then does not: it says that the schema is newer", async () => {
  await expect(startNode({ databaseUrl: database.url, config })).rejects.toThrow("database_newer");
});
