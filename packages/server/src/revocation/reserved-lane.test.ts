import pg from "pg";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { uuidv7 } from "../crypto/uuid.ts";
import { followFeed } from "../feed/feed.testing.ts";
import { basic, present } from "../grants/refresh.testing.ts";
import { createSessionCookie } from "../sessions/session-cookie.ts";
import { appOrigin, bodyClient, createTestInstance, type TestInstance, testClient } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";

// The test instances'.
const poolSize = 5;
const secret = "the secret of the back office";

let instance: TestInstance;
let blocker: pg.Client;
beforeAll(async () => {
  const services = [{ id: "office", secret, may: ["revoke" as const] }];
  const config = { clients: [testClient, bodyClient], services, trustedProxies: 1 };
  instance = await createTestInstance({ hasPractice: false, config });
  blocker = new pg.Client({ ...inject("postgres"), options: `-c search_path=${instance.schema}` });
  await blocker.connect();
});
afterAll(async () => {
  await blocker.end();
  await instance.close();
});

const start = () => startSession(instance, { clientId: "device" });
const cookieOf = (cookie: string) => ({ Cookie: `holdfast_session=${cookie}` });

/** Requests that hold a connection each, for as long as the lock is held. */
async function holdEveryConnection(cookie: string): Promise<Promise<Response>[]> {
  await blocker.query("begin; lock table members in access exclusive mode");
  const held = Array.from({ length: poolSize }, () =>
    fetch(`${instance.issuer}/session`, { headers: { ...cookieOf(cookie), Origin: appOrigin } }),
  );
  for (const each of held) each.catch(() => undefined);
  const waiting = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%members%'";
  await expect.poll(async () => (await instance.sql(waiting)).length, { timeout: 5_000 }).toBe(poolSize);
  return held;
}

it("whatever holds every connection, things can be ended; the rest says 503 within a second or so", async () => {
  const [holder, signsOut, givesBack] = [await start(), await start(), await start()];
  const [ended, refreshes] = [await start(), await start()];
  const held = await holdEveryConnection(holder.cookie);

  const signedOut = await fetch(`${instance.issuer}/signout`, {
    method: "POST",
    headers: { ...cookieOf(signsOut.cookie), Origin: appOrigin },
  });
  const given = await fetch(`${instance.issuer}/revoke`, {
    method: "POST",
    body: new URLSearchParams({ client_id: "device", token: givesBack.refreshToken }),
  });
  const revoked = await fetch(`${instance.issuer}/revocations`, {
    method: "POST",
    headers: { Authorization: basic("office", secret), "Content-Type": "application/json" },
    body: JSON.stringify({ session: ended.session.id }),
  });
  expect([signedOut.status, given.status, revoked.status]).toEqual([200, 200, 200]);
  expect(await revoked.json()).toEqual({ revoked: { sessions: 1, grants: 1 } });
  // Nobody has let go of a connection meanwhile.
  expect(await Promise.race([...held, "held"])).toBe("held");

  const asked = performance.now();
  const refused = await present(instance, refreshes.refreshToken);
  expect(refused).toMatchObject({ status: 503, body: { reason: "temporarily_unavailable", retryable: true } });
  expect(performance.now() - asked).toBeLessThan(5_000);
  for (const path of ["/jwks", "/.well-known/oauth-authorization-server", "/livez"]) {
    expect((await fetch(instance.issuer + path)).status).toBe(200);
  }

  await blocker.query("commit");
  await Promise.all(held);
  for (const { refreshToken } of [signsOut, givesBack, ended]) {
    expect((await present(instance, refreshToken)).status).toBe(400);
  }
  expect((await present(instance, refreshes.refreshToken)).status).toBe(200);
});

/** What nobody was ever given, though it looks as if. */
const forgeCookie = () => createSessionCookie(uuidv7(instance.clock.now())).value;

function signOut(cookie: string, from: string): Promise<Response> {
  const headers = { ...cookieOf(cookie), Origin: appOrigin, "X-Forwarded-For": from };
  return fetch(`${instance.issuer}/signout`, { method: "POST", headers });
}

it("whoever brings cookies of no session again and again waits like everybody; others go on signing out", async () => {
  const [holder, signsOut] = [await start(), await start()];
  const held = await holdEveryConnection(holder.cookie);
  for (let time = 0; time < 60; time++) expect((await signOut(forgeCookie(), "192.0.2.66")).status).toBe(200);
  expect((await signOut(forgeCookie(), "192.0.2.66")).status).toBe(503);
  expect((await signOut("garbage", "192.0.2.66")).status).toBe(200);
  expect((await signOut(signsOut.cookie, "192.0.2.1")).status).toBe(200);
  await blocker.query("commit");
  await Promise.all(held);
});

it("of many who look for a session at once, one at most takes what is kept for ending", async () => {
  const holder = await start();
  const held = await holdEveryConnection(holder.cookie);
  const other = new pg.Client({ ...inject("postgres"), options: `-c search_path=${instance.schema}` });
  await other.connect();
  await other.query("begin; lock table sessions in access exclusive mode");
  const looking = Array.from({ length: 10 }, (_, each) => signOut(forgeCookie(), `198.51.100.${each}`));
  let settled = 0;
  const statuses = Promise.all(
    looking.map(async (answer) => {
      const { status } = await answer;
      settled += 1;
      return status;
    }),
  );
  const waiting = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%\"refreshed_at\"%'";
  await expect.poll(async () => (await instance.sql(waiting)).length, { timeout: 5_000 }).toBe(1);
  await expect.poll(() => settled, { timeout: 5_000 }).toBe(9);
  expect(await instance.sql(waiting)).toHaveLength(1);
  await other.query("commit");
  expect((await statuses).sort()).toEqual([200, ...Array(9).fill(503)]);
  await other.end();
  await blocker.query("commit");
  await Promise.all(held);
});

it("whatever holds every connection, followers hear of an end at once, and newcomers of those before", async () => {
  const [holder, first, second] = [await start(), await start(), await start()];
  const follower = await followFeed(instance);
  await follower.caughtUp();
  const held = await holdEveryConnection(holder.cookie);
  await signOut(first.cookie, "192.0.2.2");
  await follower.untilRevoked(first.session.id, 500);
  await signOut(second.cookie, "192.0.2.2");
  const newcomer = await followFeed(instance);
  await newcomer.untilRevoked(second.session.id, 500);
  await Promise.all([follower.close(), newcomer.close()]);
  await blocker.query("commit");
  await Promise.all(held);
});
