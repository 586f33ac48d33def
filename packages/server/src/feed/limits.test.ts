import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createTestInstance, type TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { digestOf, followFeed, revokedSessions, type TestFollower } from "./feed.testing.ts";

let instance: TestInstance;
let sessionId: string;
const followers: TestFollower[] = [];
beforeAll(async () => {
  instance = await createTestInstance({ hasPractice: false, config: { feed: { maxFollowers: 2 } } });
  sessionId = (await startSession(instance)).session.id;
  await instance.holdfast.sessions.revoke({ id: sessionId }, "signed_out");
});
afterEach(async () => {
  for (const follower of followers.splice(0)) await follower.close();
  await expect.poll(() => openFollowers()).toBe(0);
});
afterAll(() => instance.close());

async function follow(cursor?: string): Promise<TestFollower> {
  const follower = await followFeed(instance, cursor === undefined ? {} : { cursor });
  followers.push(follower);
  await follower.caughtUp();
  return follower;
}

async function openFollowers(): Promise<number> {
  return instance.holdfast.feed.followers;
}

/** Ends many sessions in one transaction, as disabling a person with many devices does. */
async function insertRevocations(count: number): Promise<string> {
  const rows = await instance.sql<{ session_id: string }>(
    `insert into events (at, type, session_id)
     select $2, 'session.revoked', gen_random_uuid() from generate_series(1, $1) returning session_id`,
    [count, new Date(instance.clock.now())],
  );
  return rows.at(-1)?.session_id ?? "";
}

describe("a cursor that says nothing", () => {
  it.each([
    ["garbage", "garbage", "cursor_unknown"],
    ["an empty one", "", "cursor_unknown"],
    ["half of one", "12-", "cursor_unknown"],
    ["one with SQL in it", "1-1; drop table events", "cursor_unknown"],
    ["a negative one", "-1-1", "cursor_unknown"],
    ["one of 10,000 digits", `${"9".repeat(5_000)}-${"9".repeat(5_000)}`, "cursor_unknown"],
    ["one from before all time", "0-0", "cursor_too_old"],
    ["one from another database, far ahead", "18446744073709551615-9223372036854775807", "cursor_too_old"],
    ["one beyond every number", "99999999999999999999-99999999999999999999", "cursor_too_old"],
  ])("%s leads to a resync with everything within the horizon", async (_, cursor, reason) => {
    const follower = await follow(cursor);
    expect(follower.heard.slice(0, 2)).toMatchObject([{ event: "hello" }, { event: "resync", data: { reason } }]);
    expect(revokedSessions(follower.heard)).toContain(digestOf(sessionId));
  });
});

describe("too many followers", () => {
  it("are told to come back, and find room when another has left", async () => {
    const first = await follow();
    await follow();
    const refused = await fetch(`${instance.issuer}/feed`);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: "rate_limited", retryable: true });

    await first.close();
    await expect.poll(() => openFollowers()).toBe(1);
    await follow();
  });

  it("are not made of HEAD requests, whose streams nobody would end", async () => {
    for (let count = 0; count < 5; count++) {
      const response = await fetch(`${instance.issuer}/feed`, { method: "HEAD" });
      expect(response.status).toBe(200);
    }
    expect(await openFollowers()).toBe(0);
  });
});

describe("much news", () => {
  it("at once does not cost a follower that reads its connection", async () => {
    const follower = await follow();
    const last = await insertRevocations(300);
    await follower.untilRevoked(last);
    expect(revokedSessions(follower.heard).length).toBeGreaterThanOrEqual(300);
    expect(await openFollowers()).toBe(1);
  });

  it("within the horizon reaches a newcomer, who stays", async () => {
    const waiting = await follow();
    const last = await insertRevocations(2_500);
    await waiting.untilRevoked(last);
    const newcomer = await follow();
    expect(revokedSessions(newcomer.heard)).toContain(digestOf(last));
    expect(revokedSessions(newcomer.heard).length).toBeGreaterThanOrEqual(2_500);
    expect(await openFollowers()).toBe(2);
  });
});

it("the answer is a stream that no cache or proxy holds back and any page may read", async () => {
  const response = await fetch(`${instance.issuer}/feed`);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
    "access-control-allow-origin": "*",
  });
  expect(response.headers.has("access-control-allow-credentials")).toBe(false);
  await response.body?.cancel();
});
