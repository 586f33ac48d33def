import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { createTestInstance, type TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { digestOf, followFeed, revokedSessions, type TestFollower } from "./feed.testing.ts";

// Lines are numbered when they are written and seen when they are committed. One that is committed late stands before
// others that have been read already: no cursor may ever lead past it.

let instance: TestInstance;
const open: { close(): Promise<unknown> }[] = [];
beforeAll(async () => {
  instance = await createTestInstance({ hasPractice: false, config: { feed: { heartbeat: "1s" } } });
});
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});
afterAll(() => instance.close());

async function follow(cursor?: string): Promise<TestFollower> {
  const follower = await followFeed(instance, cursor === undefined ? {} : { cursor });
  open.push(follower);
  await follower.caughtUp();
  return follower;
}

/** A transaction that has written a revocation and is not committed yet. */
async function openTransaction() {
  const client = new pg.Client({ ...inject("postgres"), options: `-c search_path=${instance.schema}` });
  await client.connect();
  let isOpen = true;
  open.push({ close: () => (isOpen ? client.end() : Promise.resolve()) });
  const sessionId = randomUUID();
  await client.query("begin");
  await client.query("insert into events (at, type, session_id) values ($1, 'session.revoked', $2)", [
    new Date(instance.clock.now()),
    sessionId,
  ]);
  return {
    sessionId,
    async end(how: "commit" | "rollback") {
      await client.query(how);
      isOpen = false;
      await client.end();
    },
  };
}

async function endSession(): Promise<string> {
  const { session } = await startSession(instance);
  await instance.holdfast.sessions.revoke({ id: session.id }, "session_revoked");
  return session.id;
}

describe("a revocation that is written early and committed late", () => {
  it("does not hold up those that are committed meanwhile", async () => {
    const follower = await follow();
    await openTransaction();
    await follower.untilRevoked(await endSession(), 500);
  });

  it("is heard by whoever was connected all the time", async () => {
    const follower = await follow();
    const late = await openTransaction();
    await follower.untilRevoked(await endSession());
    await late.end("commit");
    await follower.untilRevoked(late.sessionId);
    // Nobody hears anything twice on one connection.
    const digests = revokedSessions(follower.heard);
    expect(digests.length).toBe(new Set(digests).size);
  });

  it("is heard by one who resumes from a cursor that came with a later revocation", async () => {
    const follower = await follow();
    const late = await openTransaction();
    const { id } = await follower.untilRevoked(await endSession());
    expect(id).not.toBeNull();
    await late.end("commit");
    const resumed = await follow(id ?? "");
    await resumed.untilRevoked(late.sessionId);
  });

  it("is heard by one who resumes from a cursor handed out on connecting, meanwhile", async () => {
    const late = await openTransaction();
    const later = await endSession();
    const follower = await follow();
    await follower.untilRevoked(later);
    const cursor = follower.lastId;
    await follower.close();
    await late.end("commit");
    await (await follow(cursor)).untilRevoked(late.sessionId);
  });

  it("is heard by one who resumes from a sign of life that came meanwhile", async () => {
    const follower = await follow();
    const late = await openTransaction();
    const later = await endSession();
    await follower.untilRevoked(later);
    const place = follower.heard.length;
    const tick = await follower.until(
      (message) => message.event === "tick" && follower.heard.indexOf(message) >= place,
    );
    await follower.close();
    await late.end("commit");
    await (await follow(tick.id ?? "")).untilRevoked(late.sessionId);
  });

  it("is heard by one who resumes before it is committed", async () => {
    const late = await openTransaction();
    const cursor = (await follow()).lastId;
    const resumed = await follow(cursor);
    await late.end("commit");
    await resumed.untilRevoked(late.sessionId);
  });

  it("is never heard of when it is rolled back", async () => {
    const follower = await follow();
    const never = await openTransaction();
    await never.end("rollback");
    await follower.untilRevoked(await endSession());
    expect(revokedSessions(follower.heard)).not.toContain(digestOf(never.sessionId));
  });
});

it("a long transaction holds up nobody, however much happens meanwhile", async () => {
  const follower = await follow();
  const late = await openTransaction();
  // More than the feed reads at once.
  await instance.sql(
    `insert into events (at, type, session_id)
     select $1, 'session.revoked', gen_random_uuid() from generate_series(1, 1500)`,
    [new Date(instance.clock.now())],
  );
  await follower.untilRevoked(await endSession());
  await late.end("commit");
  await follower.untilRevoked(late.sessionId);
});
