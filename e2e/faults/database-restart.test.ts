/** PostgreSQL is restarted under load, in good order and at once. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@holdfast/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faultConfig } from "./support/fault-config.ts";
import { type FaultDatabase, openFaultDatabase } from "./support/fault-database.ts";
import { type FaultNode, startNode } from "./support/fault-node.ts";
import { createHonestClient } from "./support/honest-client.ts";
import { countBy, startLoad } from "./support/load.ts";
import { createOperator, type Operator } from "./support/operator.ts";
import { quietPort } from "./support/quiet-port.ts";
import { revokeSession } from "./support/revoke.ts";
import { timed } from "./support/timed.ts";

const people = 12;
const revokedBefore = 4;
const attemptBoundMs = 15_000;

let directory: string;
let postgres: EmbeddedPostgres;
let database: FaultDatabase;
let operator: Operator;
let node: FaultNode;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "holdfast-fault-database-"));
  postgres = await startEmbeddedPostgres({ dataDirectory: directory, command: "a drill" });
  database = openFaultDatabase(postgres.connection);
  const port = await quietPort();
  const config = faultConfig(`http://localhost:${port}`, database.schema);
  operator = await createOperator(database, config);
  node = await startNode({ databaseUrl: database.url, config, port });
});
afterAll(async () => {
  await node?.stop();
  await operator?.close();
  await database?.close();
  await postgres?.stop();
  await rm(directory, { recursive: true, force: true });
});

const isReady = async () => (await fetch(`${node.origin}/readyz`)).status === 200;

// As `pg_ctl restart -m …` signals it; whoever keeps it running starts it again.
describe.each([
  ["fast", "SIGINT"],
  ["immediate", "SIGQUIT"],
] as const)("a restart of the database with -m %s", (_, signal) => {
  it("is weather: everybody comes back with what they were acknowledged, and who was ended stays so", async () => {
    const clients = (await operator.createSessions(people)).map(createHonestClient);
    const ended = (await operator.createSessions(revokedBefore)).map(createHonestClient);
    const load = startLoad({ clients, origin: () => node.origin, pauseMs: 20 });
    await delay(1_000);
    for (const { sid } of ended) expect(await revokeSession(node.origin, sid)).toBe(200);

    const former = postgres.pid;
    process.kill(former, signal);
    const runsAgain = await timed(() => expect.poll(() => postgres.pid, { timeout: 30_000 }).not.toBe(former));
    const heals = await timed(() => expect.poll(isReady, { timeout: 30_000, interval: 50 }).toBe(true));
    // Long enough for everybody who was told to come back.
    await delay(4_000);
    const attempts = await load.stop();

    const later = attempts.filter(({ outcome }) => outcome === "later");
    console.info(
      JSON.stringify({
        attempts: countBy(attempts, ({ outcome, status, reason }) => `${outcome} ${status} ${reason ?? ""}`),
        postgres_back_ms: runsAgain.tookMs,
        ready_after_that_ms: heals.tookMs,
        retry_after: countBy(later, ({ retryAfter }) => retryAfter),
        slowest_ms: Math.round(Math.max(...attempts.map(({ tookMs }) => tookMs))),
      }),
    );
    expect(later.length).toBeGreaterThan(0);
    for (const attempt of later) {
      expect(attempt).toMatchObject({ status: 503, reason: "temporarily_unavailable" });
      expect(attempt.retryAfter).toBeGreaterThanOrEqual(1);
      expect(attempt.retryAfter).toBeLessThan(30);
    }
    for (const { tookMs } of attempts) expect(tookMs).toBeLessThan(attemptBoundMs);
    expect(attempts.filter(({ outcome }) => outcome === "refused" || outcome === "lost")).toEqual([]);
    for (const client of clients) {
      // Each holds the newest token it was acknowledged, and nobody has made another.
      expect((await client.refresh(node.origin)).outcome).toBe("refreshed");
      expect(client.answer?.generation).toBe(
        1 + client.attempts.filter(({ outcome }) => outcome === "refreshed").length,
      );
    }
    for (const client of ended) expect((await client.refresh(node.origin)).outcome).toBe("refused");
  }, 120_000);
});
