import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TellableEvent } from "../events/index.ts";
import { createTestInstance, type TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { followFeed, type TestFollower } from "./feed.testing.ts";

const secret = "a-secret-of-24-characters";
const authorization = `Basic ${Buffer.from(`billing-api:${secret}`).toString("base64")}`;

let instance: TestInstance;
const followers: TestFollower[] = [];
beforeAll(async () => {
  instance = await createTestInstance({
    hasPractice: false,
    config: { services: [{ id: "billing-api", secret, may: ["follow"] }] },
  });
});
beforeEach(() => instance.sql("delete from feed_tellings"));
afterEach(async () => {
  for (const follower of followers.splice(0)) await follower.close();
  await expect.poll(() => instance.holdfast.feed.followers).toBe(0);
});
afterAll(() => instance.close());

async function follow(asService = false): Promise<TestFollower> {
  const ask = (request: Request) => {
    if (asService) request.headers.set("authorization", authorization);
    return fetch(request);
  };
  const follower = await followFeed(instance, { ask });
  followers.push(follower);
  await follower.caughtUp();
  return follower;
}

async function endSession(): Promise<string> {
  const { session } = await startSession(instance);
  await instance.holdfast.sessions.revoke({ id: session.id }, "session_revoked");
  return session.id;
}

function endsOf(sessionId: string): Promise<TellableEvent[]> {
  return instance.sql<{ id: string; at: Date }>(
    "select id, at from events where session_id = $1 and type like '%.revoked' order by id",
    [sessionId],
  );
}

const tellingsOf = async (sessionId: string) => instance.holdfast.feed.tellings(await endsOf(sessionId));
/** What was noted is written when somebody asks. */
async function rows() {
  await instance.holdfast.feed.tellings([]);
  return instance.sql<{ count: number }>(
    "select (select sum(upper(each) - lower(each)) from unnest(event_ids) as each)::int as count from feed_tellings order by at",
  );
}

describe("whom a node told of an end", () => {
  it("is known in one row, with the services' names, whatever else ended with it", async () => {
    const last = [await follow(), await follow(true), await follow(true)].at(-1);
    const id = await endSession();
    await last?.untilRevoked(id);
    const ends = await endsOf(id);
    expect(ends).toHaveLength(2);
    const [telling, ...more] = await tellingsOf(id);
    expect(more).toEqual([]);
    expect(telling).toEqual({
      channel: "feed",
      eventIds: ends.map((end) => end.id),
      at: new Date(instance.clock.now()),
      node: expect.stringContaining(`[${process.pid}]`),
      services: { "billing-api": 2 },
      anonymous: 1,
    });
    expect(await rows()).toEqual([{ count: 2 }]);
  });

  it("counts who waits for an answer, and not who has gone or came later", async () => {
    await (await follow()).close();
    await expect.poll(() => instance.holdfast.feed.followers).toBe(0);
    const { cursor } = (await (await fetch(`${instance.issuer}/feed?wait=0&cursor=now`)).json()) as { cursor: string };
    const answer = fetch(`${instance.issuer}/feed?wait=30&cursor=${cursor}`, { headers: { authorization } });
    await expect.poll(() => instance.holdfast.feed.followers).toBe(1);
    const id = await endSession();
    await (await answer).json();
    await (await follow()).untilRevoked(id);
    expect(await tellingsOf(id)).toMatchObject([{ services: { "billing-api": 1 }, anonymous: 0 }]);
  });

  it("is not written where nobody followed, nor of news that is no end", async () => {
    const id = await endSession();
    const follower = await follow();
    await follower.untilRevoked(id);
    await instance.sql("insert into events (at, type) values ($1, 'key.created')", [new Date(instance.clock.now())]);
    await follower.until(({ event }) => event === "keys_changed");
    expect(await rows()).toEqual([]);
    expect(await tellingsOf(id)).toEqual([]);
  });

  it("is few rows after many ends", async () => {
    const follower = await follow();
    const ids = await instance.sql<{ id: string; at: Date }>(
      `insert into events (at, type, session_id, grant_id)
       select $1, 'grant.revoked', gen_random_uuid(), gen_random_uuid() from generate_series(1, 20000) returning id, at`,
      [new Date(instance.clock.now())],
    );
    const last = await endSession();
    await follower.untilRevoked(last, 10_000);
    const written = await rows();
    expect(written.reduce((sum, { count }) => sum + count, 0)).toBe(20_002);
    expect(written.length).toBeLessThan(30);
    const found = await instance.holdfast.feed.tellings([ids[0], ids[9_999], ids[19_999]].filter((each) => !!each));
    expect(found.flatMap(({ eventIds }) => eventIds).sort()).toEqual(
      [ids[0]?.id, ids[9_999]?.id, ids[19_999]?.id].sort(),
    );
  });

  it("is not taken for that of an event that was given the same number after a failover", async () => {
    const follower = await follow();
    const id = await endSession();
    await follower.untilRevoked(id);
    const later = (await endsOf(id)).map((end) => ({ ...end, at: new Date(end.at.getTime() + 60_000) }));
    expect(await instance.holdfast.feed.tellings(later)).toEqual([]);
    expect(await tellingsOf(id)).toHaveLength(1);
  });

  it("leaves after the time that history is kept", async () => {
    const follower = await follow();
    await follower.untilRevoked(await endSession());
    expect(await rows()).toHaveLength(1);
    const clean = async () => Object.fromEntries((await instance.holdfast.hygiene.run()) ?? []).feed_tellings;
    await instance.sql("update feed_tellings set at = at - interval '89 days'");
    await clean();
    expect(await rows()).toHaveLength(1);
    await instance.sql("update feed_tellings set at = at - interval '2 days'");
    expect(await clean()).toBe(1);
    expect(await rows()).toEqual([]);
  });
});

it("that it cannot be written down keeps nobody from being told, and is logged", async () => {
  const follower = await follow();
  await instance.sql("alter table feed_tellings rename to elsewhere");
  await follower.untilRevoked(await endSession());
  await expect.poll(() => instance.logged.join("\n")).toContain('"msg":"whom the feed told could not be written down"');
  await instance.sql("alter table elsewhere rename to feed_tellings");
  const id = await endSession();
  await follower.untilRevoked(id);
  expect(await tellingsOf(id)).toHaveLength(1);
});
