import { randomBytes } from "node:crypto";
import type { FeedPollAnswer } from "@holdfast/protocol";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { parseConfig } from "../config/index.ts";
import { createHoldfast, type Holdfast } from "../holdfast.ts";
import { createLogger } from "../logging/logger.ts";
import { createTestInstance, type TestInstance, testClient } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { digestOf, followFeed, type TestFollower } from "./feed.testing.ts";

const secret = randomBytes(32).toString("base64");
const boundMs = 2_000;

let here: TestInstance;
let there: Holdfast;
const followers: TestFollower[] = [];
beforeAll(async () => {
  here = await createTestInstance({ hasPractice: false, config: { secret, clients: [testClient] } });
  const config = parseConfig(
    { issuer: here.issuer, secret, clients: [testClient], database: { schema: here.schema, poolSize: 3 } },
    { mode: "development" },
  );
  const options = { connection: inject("postgres"), clock: here.clock, logger: createLogger({ level: "silent" }) };
  there = await createHoldfast(config, options);
});
afterEach(async () => {
  for (const follower of followers.splice(0)) await follower.close();
});
afterAll(async () => {
  await there.close();
  await here.close();
});

/** Follows the other node. */
async function followThere(cursor?: string): Promise<TestFollower> {
  const ask = (request: Request) => there.fetch(request);
  const follower = await followFeed(here, cursor === undefined ? { ask } : { ask, cursor });
  followers.push(follower);
  await follower.caughtUp();
  return follower;
}

async function endSessionHere(): Promise<string> {
  const { session } = await startSession(here);
  await here.holdfast.sessions.revoke({ id: session.id }, "session_revoked");
  return session.id;
}

/** The connections that carry the hints of this schema. */
const listening = "query = 'listen holdfast_' || left(encode(sha256($1), 'hex'), 16)";
const listeners = () => here.sql<{ pid: number }>(`select pid from pg_stat_activity where ${listening}`, [here.schema]);

describe("a revocation on one node", () => {
  it("is heard on the other within 2 s", async () => {
    const follower = await followThere();
    await follower.untilRevoked(await endSessionHere(), boundMs);
  });

  it("is heard on the other by one who comes from the first with its cursor", async () => {
    const first = await followFeed(here);
    await first.caughtUp();
    const cursor = first.lastId;
    await first.close();
    const missed = await endSessionHere();
    await (await followThere(cursor)).untilRevoked(missed, boundMs);
  });

  it("is told in one answer by either, whose cursor the other goes on with", async () => {
    const poll = async (ask: (request: Request) => Response | Promise<Response>, query: string) =>
      (await (await ask(new Request(`${here.issuer}/feed?${query}`))).json()) as FeedPollAnswer;
    const onThere = (request: Request) => there.fetch(request);
    const { cursor } = await poll(fetch, "wait=0&cursor=now");
    const missed = await endSessionHere();
    const answer = await poll(onThere, `wait=2&cursor=${cursor}`);
    expect(JSON.stringify(answer.messages)).toContain(digestOf(missed));
    expect((await poll(fetch, `wait=0&cursor=${answer.cursor}`)).messages).toEqual([]);
  });

  it("is heard within 2 s also when the listening connections were killed, and they come back", async () => {
    const follower = await followThere();
    const before = await listeners();
    expect(before).toHaveLength(2);
    await here.sql(`select pg_terminate_backend(pid) from pg_stat_activity where ${listening}`, [here.schema]);
    await follower.untilRevoked(await endSessionHere(), boundMs);

    await expect.poll(listeners, { timeout: 5_000 }).toHaveLength(2);
    const pids = before.map(({ pid }) => pid);
    for (const { pid } of await listeners()) expect(pids).not.toContain(pid);
    await follower.untilRevoked(await endSessionHere(), boundMs);
  });
});
