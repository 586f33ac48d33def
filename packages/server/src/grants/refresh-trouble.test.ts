import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { createRefreshInstance, present, type RefreshReply, readGrant } from "./refresh.testing.ts";

let instance: TestInstance;
beforeAll(async () => {
  instance = await createRefreshInstance();
});
afterAll(() => instance.close());

/** Trouble on our side is weather: the client keeps its tokens and comes back. */
function expectWeather({ status, headers, body }: RefreshReply) {
  expect(status).toBe(503);
  expect(body).toMatchObject({ error: "temporarily_unavailable", retryable: true });
  expect(body.request_id).toBe(headers.get("x-request-id"));
  expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  expect(Number(headers.get("retry-after"))).toBeLessThan(30);
  expect(headers.get("cache-control")).toBe("no-store");
}

describe("trouble on our side", () => {
  it("with every connection held up is answered within seconds, and the key set still is served", async () => {
    const { refreshToken, grantId } = await startSession(instance, { clientId: "device" });
    const holder = new pg.Client({ ...inject("postgres"), options: `-c search_path=${instance.schema}` });
    await holder.connect();
    await holder.query("begin; lock table grants in access exclusive mode");
    const replies = Array.from({ length: 8 }, () => present(instance, refreshToken, { key: "attempt" }));
    const turnedAway = await Promise.race(replies);
    expectWeather(turnedAway);
    expect((await fetch(`${instance.issuer}/jwks`)).status).toBe(200);
    expect((await fetch(`${instance.issuer}/.well-known/oauth-authorization-server`)).status).toBe(200);
    await holder.end();
    const all = await Promise.all(replies);
    for (const reply of all.filter(({ status }) => status !== 200)) expectWeather(reply);
    expect(all.some(({ status }) => status === 200)).toBe(true);
    const afterwards = await present(instance, refreshToken, { key: "attempt" });
    expect(afterwards.body.generation).toBe(2);
    expect((await readGrant(instance, grantId)).revoked_at).toBeNull();
  });

  it("in the statement itself says nothing about the session, and nothing of our insides", async () => {
    const { refreshToken } = await startSession(instance, { clientId: "device" });
    await instance.sql("alter table grants rename to lost");
    try {
      const reply = await present(instance, refreshToken);
      expectWeather(reply);
      expect(JSON.stringify(reply.body)).not.toMatch(/grants|relation|select/i);
    } finally {
      await instance.sql("alter table lost rename to grants");
    }
    expect((await present(instance, refreshToken)).body.generation).toBe(2);
  });

  it("while the event is written leaves the grant as it was: a change and its event, or neither", async () => {
    const { refreshToken, grantId } = await startSession(instance, { clientId: "device" });
    const before = await readGrant(instance, grantId);
    await instance.sql("alter table events add constraint no_events check (type <> 'session.refreshed') not valid");
    try {
      expectWeather(await present(instance, refreshToken));
      expect(await readGrant(instance, grantId)).toEqual(before);
    } finally {
      await instance.sql("alter table events drop constraint no_events");
    }
    expect((await present(instance, refreshToken)).body.generation).toBe(2);
  });

  it("after the commit, before the answer, costs an honest client nothing: its retry has the successor", async () => {
    const { refreshToken } = await startSession(instance, { clientId: "device" });
    const { refresh } = instance.holdfast.grants;
    const client = instance.holdfast.clients.choose("device");
    // The first answer is lost here; a day passes before the client wakes up.
    const lost = await refresh.present({
      ...{ refreshToken, client, isProved: true, idempotencyKey: "attempt" },
      source: { requestId: "test", address: null, userAgent: null },
    });
    instance.clock.advance(86_400_000);
    const retried = await present(instance, refreshToken, { key: "attempt" });
    expect(lost).toMatchObject({ kind: "answered", refreshToken: retried.body.refresh_token });
    expect((await present(instance, retried.body.refresh_token)).body.generation).toBe(3);
  });

  it("between the two ends of a reuse is made good: the session ends at the next word of the thief", async () => {
    const { refreshToken, session } = await startSession(instance, { clientId: "device" });
    await present(instance, refreshToken);
    instance.clock.advance(60_000);
    await instance.sql("alter table sessions rename to lost");
    try {
      expectWeather(await present(instance, refreshToken));
    } finally {
      await instance.sql("alter table lost rename to sessions");
    }
    expect((await instance.holdfast.sessions.find(session.id))?.revokedAt).toBeNull();
    expect((await present(instance, refreshToken)).body.reason).toBe("reuse_detected");
    expect((await instance.holdfast.sessions.find(session.id))?.revokedReason).toBe("reuse_detected");
  });
});
