import pg from "pg";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { basic, present } from "../grants/refresh.testing.ts";
import { appOrigin, bodyClient, createTestInstance, type TestInstance, testClient } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";

// The test instances'.
const poolSize = 5;
const secret = "the secret of the back office";

let instance: TestInstance;
let blocker: pg.Client;
beforeAll(async () => {
  const services = [{ id: "office", secret, may: ["revoke" as const] }];
  instance = await createTestInstance({ hasPractice: false, config: { clients: [testClient, bodyClient], services } });
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
