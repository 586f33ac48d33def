import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bodyClient, createTestInstance, type TestInstance, testClient } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";

const minute = 60_000;
const hour = 60 * minute;
const secret = "the secret of a backend, long enough";

let instance: TestInstance;
let started: Awaited<ReturnType<typeof startSession>>;
let refreshToken: string;

beforeAll(async () => {
  const steady = { ...bodyClient, id: "steady", type: "confidential" as const, secret, rotate: false };
  instance = await createTestInstance({
    hasPractice: false,
    config: { clients: [testClient, bodyClient, steady], sessions: { idle: "1h", absolute: "10h" } },
  });
});
afterAll(() => instance.close());

beforeEach(() => begin("device"));

async function begin(clientId: string) {
  started = await startSession(instance, { clientId });
  refreshToken = started.refreshToken;
}

async function session() {
  const response = await fetch(`${instance.issuer}/session`, {
    headers: { cookie: `holdfast_session=${started.cookie}` },
  });
  return { status: response.status, answer: (await response.json()) as Record<string, string> };
}

async function refresh(clientId = "device", clientSecret?: string) {
  const response = await fetch(`${instance.issuer}/refresh`, {
    method: "POST",
    body: new URLSearchParams({
      client_id: clientId,
      refresh_token: refreshToken,
      ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
    }),
  });
  const answer = (await response.json()) as { refresh_token?: string; reason?: string };
  refreshToken = answer.refresh_token ?? refreshToken;
  return { status: response.status, reason: answer.reason };
}

describe("a session", () => {
  it("lives for as long as it says, and not a moment longer: idle (O3)", async () => {
    const { answer } = await session();
    expect(Date.parse(answer.idle_expires_at ?? "")).toBe(instance.clock.now() + hour);
    instance.clock.advance(hour - 1);
    expect((await session()).status).toBe(200);
    instance.clock.advance(hour);
    expect((await session()).status).toBe(401);
  });

  it("lives for as long as it says, and not a moment longer: absolute, however much it is used", async () => {
    const end = instance.clock.now() + 10 * hour;
    expect(Date.parse((await session()).answer.expires_at ?? "")).toBe(end);
    for (let i = 0; i < 19; i++) {
      instance.clock.advance(30 * minute);
      expect((await session()).status).toBe(200);
    }
    instance.clock.set(end - 1);
    expect((await session()).status).toBe(200);
    instance.clock.set(end);
    expect((await session()).status).toBe(401);
    expect(await refresh()).toEqual({ status: 400, reason: "session_expired" });
  });

  it("that has run out stays so when the clock goes back a little and it is used again", async () => {
    instance.clock.advance(hour);
    expect((await session()).status).toBe(401);
    instance.clock.advance(minute);
    expect((await session()).status).toBe(401);
  });

  it("that is being refreshed does not idle out (O3)", async () => {
    for (let i = 0; i < 5; i++) {
      instance.clock.advance(50 * minute);
      expect((await refresh()).status).toBe(200);
    }
    expect((await session()).status).toBe(200);
  });

  it("that is being refreshed by a client whose token does not rotate does not idle out either", async () => {
    await begin("steady");
    for (let i = 0; i < 5; i++) {
      instance.clock.advance(50 * minute);
      expect((await refresh("steady", secret)).status).toBe(200);
    }
    expect((await session()).status).toBe(200);
  });

  it("that has idled out is over: a refresh does not bring it back", async () => {
    instance.clock.advance(2 * hour);
    expect((await session()).status).toBe(401);
    await refresh();
    expect((await session()).status).toBe(401);
  });

  it("is not kept alive by a cookie that is not its own", async () => {
    const other = started;
    instance.clock.advance(50 * minute);
    const forged = `${other.cookie.slice(0, -4)}AAAA`;
    await fetch(`${instance.issuer}/session`, { headers: { cookie: `holdfast_session=${forged}` } });
    instance.clock.advance(20 * minute);
    expect((await session()).status).toBe(401);
  });

  it("says who, since when and until when", async () => {
    const { answer } = await session();
    const at = new Date(instance.clock.now()).toISOString();
    expect(answer).toEqual({
      sid: started.session.id,
      user: { id: started.session.userId, name: "Ada", email: "ada@example.com", picture: null },
      accounts: [{ id: started.account.id, name: "Ada", role: "owner" }],
      provider: "test",
      started_at: at,
      authenticated_at: at,
      idle_expires_at: new Date(instance.clock.now() + hour).toISOString(),
      expires_at: new Date(instance.clock.now() + 10 * hour).toISOString(),
    });
  });

  it("is listed while it lives, and no longer", async () => {
    const { sessions } = instance.holdfast;
    const { userId, id } = started.session;
    const ids = async () => (await sessions.list({ userId, limit: 100 })).map((each) => each.id);
    expect(await ids()).toContain(id);
    instance.clock.advance(hour);
    expect(await ids()).not.toContain(id);
    expect((await sessions.list({ userId, includeEnded: true, limit: 100 })).map((each) => each.id)).toContain(id);
  });

  it("of others is left alone when one is ended, and ending what is not there ends nothing (O7)", async () => {
    const { sessions } = instance.holdfast;
    const mine = started;
    const other = await startSession(instance, { email: "other@example.com", clientId: "device" });
    expect(await sessions.revoke({ id: other.session.id }, "session_revoked")).toEqual({
      sessionIds: [other.session.id],
      grants: 1,
    });
    expect(await sessions.revoke({ id: other.session.id }, "session_revoked")).toEqual({
      sessionIds: [],
      grants: 0,
    });
    expect((await session()).status).toBe(200);
    const { sessionIds } = await sessions.revoke({ userId: mine.session.userId }, "session_revoked");
    expect(sessionIds).toContain(mine.session.id);
    expect((await session()).status).toBe(401);
    expect(await refresh()).toEqual({ status: 400, reason: "session_revoked" });
  });
});
