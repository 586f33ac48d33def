import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bodyClient, createTestInstance, type TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";

const hour = 3_600_000;
const day = 24 * hour;

let instance: TestInstance;
beforeAll(async () => {
  const config = { clients: [bodyClient], sessions: { idle: "4d", absolute: "10d", expiringNotice: "12h" } };
  instance = await createTestInstance({ hasPractice: false, config });
});
afterAll(() => instance.close());

let people = 0;
const somebody = () => startSession(instance, { email: `person-${people++}@example.com`, clientId: "device" });
const run = () => instance.holdfast.expiry.run();

/** Lets time pass as it does: the look comes again and again. */
async function pass(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += hour) {
    instance.clock.advance(hour);
    await run();
  }
}

/** What was told of a session: type and reason. */
async function told(sessionId: string): Promise<string[]> {
  const rows = await instance.sql<{ line: string }>(
    `select type || ' ' || (data->>'reason') as line from events
     where session_id = $1 and type in ('session.expiring', 'session.expired') order by id`,
    [sessionId],
  );
  return rows.map(({ line }) => line);
}

async function refresh(refreshToken: string): Promise<string> {
  const response = await instance.holdfast.fetch(
    new Request(`${instance.issuer}/refresh`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ client_id: "device", refresh_token: refreshToken }),
    }),
  );
  expect(response.status).toBe(200);
  return ((await response.json()) as { refresh_token: string }).refresh_token;
}

describe("a session that is not used", () => {
  it("is told of half a day before it runs out, and when it has, each once", async () => {
    const { session } = await somebody();
    await pass(3 * day);
    expect(await told(session.id)).toEqual([]);
    await pass(0.75 * day);
    expect(await told(session.id)).toEqual(["session.expiring idle_limit"]);
    await pass(day);
    expect(await told(session.id)).toEqual(["session.expiring idle_limit", "session.expired idle_limit"]);
    await pass(10 * day);
    expect(await told(session.id)).toHaveLength(2);
    expect(await instance.sql("select from session_checks where session_id = $1", [session.id])).toEqual([]);
  }, 60_000);
});

describe("a session that is used", () => {
  it("by a refresh goes on, until its absolute limit", async () => {
    const { session, refreshToken } = await somebody();
    let token = refreshToken;
    for (let round = 0; round < 4; round++) {
      await pass(2 * day);
      token = await refresh(token);
      expect(await told(session.id)).toEqual([]);
    }
    await pass(3 * day);
    expect(await told(session.id)).toEqual(["session.expiring absolute_limit", "session.expired absolute_limit"]);
  }, 60_000);
});

describe("a session that is used after its end was told of", () => {
  it("goes on, and is told of again before its new end", async () => {
    const { session, refreshToken } = await somebody();
    await pass(3.75 * day);
    await refresh(refreshToken);
    await pass(3.25 * day);
    expect(await told(session.id)).toEqual(["session.expiring idle_limit"]);
    await pass(2 * day);
    expect(await told(session.id)).toEqual([
      "session.expiring idle_limit",
      "session.expiring idle_limit",
      "session.expired idle_limit",
    ]);
  }, 60_000);
});

describe("a session that is ended", () => {
  it("has not run out", async () => {
    const { session } = await somebody();
    await pass(3.75 * day);
    await instance.holdfast.sessions.revoke({ id: session.id }, "session_revoked");
    await pass(20 * day);
    expect(await told(session.id)).toEqual(["session.expiring idle_limit"]);
  }, 60_000);
});

describe("many nodes", () => {
  it("tell each thing once", async () => {
    const sessions = [];
    for (let count = 0; count < 30; count++) sessions.push((await somebody()).session.id);
    await run();
    instance.clock.advance(3.75 * day);
    await Promise.all(Array.from({ length: 4 }, run));
    instance.clock.advance(day);
    await Promise.all(Array.from({ length: 4 }, run));
    for (const id of sessions) {
      expect(await told(id)).toEqual(["session.expiring idle_limit", "session.expired idle_limit"]);
    }
  }, 30_000);
});

it("sessions of before this feature are looked at as well", async () => {
  const { session } = await somebody();
  await instance.sql("delete from session_checks");
  await instance.sql("insert into session_checks (session_id, check_at) select id, now() from sessions where id = $1", [
    session.id,
  ]);
  instance.clock.advance(5 * day);
  await run();
  expect(await told(session.id)).toEqual(["session.expired idle_limit"]);
}, 30_000);
