import { afterAll, beforeAll, expect, it } from "vitest";
import { createManualClock } from "../clock/clock.ts";
import { createTestInstance, type TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { digestOf, followFeed, revokedSessions, type TestFollower } from "./feed.testing.ts";

// Access tokens of 5 minutes, and 5 more for clocks that differ.
const horizonMs = 600_000;

let instance: TestInstance;
const followers: TestFollower[] = [];
beforeAll(async () => {
  instance = await createTestInstance({
    hasPractice: false,
    clock: createManualClock(),
    config: { tokens: { access: "5m" }, feed: { heartbeat: "1s" } },
  });
});
afterAll(async () => {
  for (const follower of followers) await follower.close();
  await instance.close();
});

async function follow(cursor?: string): Promise<TestFollower> {
  const follower = await followFeed(instance, cursor === undefined ? {} : { cursor });
  followers.push(follower);
  await follower.caughtUp();
  return follower;
}

/** Ends a session, and answers when the feed has read that. */
async function endSession(): Promise<string> {
  const { session } = await startSession(instance);
  const witness = await follow();
  await instance.holdfast.sessions.revoke({ id: session.id }, "session_revoked");
  await witness.untilRevoked(session.id);
  await witness.close();
  return session.id;
}

it("what no living token can need any more is forgotten, and a cursor from then leads to a resync", async () => {
  const beginning = (await follow()).lastId;
  const old = await endSession();

  instance.clock.advance(horizonMs - 1_000);
  const between = await endSession();
  expect(revokedSessions((await follow()).heard)).toEqual([old, between].map(digestOf));

  instance.clock.advance(2_000);
  const recent = await endSession();
  expect(revokedSessions((await follow()).heard)).toEqual([between, recent].map(digestOf));

  const resumed = await follow(beginning);
  expect(resumed.heard).toContainEqual({ event: "resync", id: null, data: { reason: "cursor_too_old" } });
  expect(revokedSessions(resumed.heard)).toEqual([between, recent].map(digestOf));
});

it("a revocation keeps being told for as long as a token from just before it may live", async () => {
  const { session, answer } = await startSession(instance);
  const witness = await follow();
  await instance.holdfast.sessions.revoke({ id: session.id }, "session_revoked");
  await witness.untilRevoked(session.id);
  instance.clock.advance(answer.expires_in * 1000);
  await endSession();
  expect(revokedSessions((await follow()).heard)).toContain(digestOf(session.id));
});
