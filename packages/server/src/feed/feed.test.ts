import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createTestInstance, type TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { digestOf, followFeed, revokedSessions, type TestFollower } from "./feed.testing.ts";

let instance: TestInstance;
const followers: TestFollower[] = [];
beforeAll(async () => {
  instance = await createTestInstance({ hasPractice: false, config: { feed: { heartbeat: "1s", maxFollowers: 3 } } });
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

async function endSession(): Promise<string> {
  const { session } = await startSession(instance);
  await instance.holdfast.sessions.revoke({ id: session.id }, "session_revoked");
  return session.id;
}

/** A cursor behind everything written so far: whoever resumes from it hears nothing twice. */
async function settledCursor(follower: TestFollower): Promise<string> {
  const [row] = await instance.sql<{ last: string }>("select max(transaction_id)::text as last from events");
  const isBehind = (id: string | null) => id !== null && BigInt(id.split("-")[0] ?? 0) >= BigInt(row?.last ?? 0);
  const { id } = await follower.until((message) => message.event === "tick" && isBehind(message.id));
  return id ?? "";
}

async function openFollowers(): Promise<number> {
  return instance.holdfast.feed.followers;
}

const ticks = ({ heard }: TestFollower) => heard.filter(({ event }) => event === "tick").length;

describe("a follower", () => {
  it("is greeted with the server's time, the heartbeat, and how far back the feed reaches", async () => {
    const follower = await follow();
    const now = instance.clock.now();
    expect(follower.heard[0]).toEqual({
      event: "hello",
      id: null,
      // The longest access token lives 900 s here; clocks may be 300 s apart.
      data: { server_time_ms: now, heartbeat_seconds: 1, horizon_seconds: 1_200 },
    });
  });

  it("hears of an ended session and of its grants moments after the end was acknowledged", async () => {
    const follower = await follow();
    const { session, grantId } = await startSession(instance);
    await instance.holdfast.sessions.revoke({ id: session.id }, "signed_out");
    const heard = await follower.untilRevoked(session.id, 500);
    expect(heard.data).toEqual({ subject: "session", digest: digestOf(session.id), at_ms: instance.clock.now() });
    expect((await follower.untilRevoked(grantId, 500)).data).toMatchObject({ subject: "grant" });
  });

  it("hears of revocations in the order in which they happened", async () => {
    const follower = await follow();
    const ids = [await endSession(), await endSession(), await endSession()];
    for (const id of ids) await follower.untilRevoked(id);
    expect(revokedSessions(follower.heard).slice(-3)).toEqual(ids.map(digestOf));
  });

  it("hears that the keys changed", async () => {
    const follower = await follow();
    const before = follower.heard.length;
    await instance.holdfast.keys.rotate();
    await follower.until((message) => message.event === "keys_changed" && follower.heard.indexOf(message) >= before);
  });

  it("is told nothing that identifies anybody", async () => {
    const follower = await follow();
    const { session, grantId, account } = await startSession(instance);
    await instance.holdfast.sessions.revoke({ id: session.id }, "signed_out");
    await follower.untilRevoked(session.id);
    const text = JSON.stringify(follower.heard);
    for (const secret of [session.id, grantId, account.id, session.userId, "ada@example.com"]) {
      expect(text).not.toContain(secret);
    }
  });

  it("gets a sign of life, with a cursor, when nothing happens", async () => {
    const follower = await follow();
    const second = await follower.until(({ event }) => event === "tick" && ticks(follower) > 1);
    expect(second.id).toMatch(/^\d+-\d+$/);
  });

  it("that is new hears everything a living token may need", async () => {
    const ids = [await endSession(), await endSession()];
    const follower = await follow();
    for (const id of ids) await follower.untilRevoked(id);
  });
});

describe("resuming", () => {
  it("tells what was missed, and nothing else", async () => {
    const earlier = await endSession();
    const first = await follow();
    const cursor = await settledCursor(first);
    await first.close();
    const missed = [await endSession(), await endSession()];
    const second = await follow(cursor);
    for (const id of missed) await second.untilRevoked(id);
    expect(second.heard.map(({ event }) => event)).not.toContain("resync");
    expect(revokedSessions(second.heard)).toEqual(missed.map(digestOf));
    expect(revokedSessions(second.heard)).not.toContain(digestOf(earlier));
  });

  it("works from the cursor of any message", async () => {
    const follower = await follow();
    const one = await endSession();
    const heard = await follower.untilRevoked(one);
    const cursor = heard.id ?? follower.lastId;
    const two = await endSession();
    const resumed = await follow(cursor);
    await resumed.untilRevoked(two);
    expect(resumed.heard.map(({ event }) => event)).not.toContain("resync");
  });

  it("works with ?cursor= where a header cannot be set", async () => {
    const cursor = await settledCursor(await follow());
    const missed = await endSession();
    const resumed = await followFeed(instance, { query: `?cursor=${cursor}` });
    followers.push(resumed);
    await resumed.untilRevoked(missed);
    expect(revokedSessions(resumed.heard)).toEqual([digestOf(missed)]);
  });
});
