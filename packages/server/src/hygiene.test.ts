import { afterAll, beforeAll, expect, it } from "vitest";
import { createRefreshInstance, present } from "./grants/refresh.testing.ts";
import type { TestInstance } from "./testing/instance.ts";
import { startSession } from "./testing/sign-in.ts";

const dayMs = 86_400_000;

let instance: TestInstance;
beforeAll(async () => {
  instance = await createRefreshInstance();
});
afterAll(() => instance.close());

const start = (email: string) => startSession(instance, { clientId: "device", email: `${email}@example.com` });
const run = async () => Object.fromEntries((await instance.holdfast.hygiene.run()) ?? []);

/** Sessions as they would be in a store that nobody has cleaned for long, with their grants. */
async function addEnded(count: number): Promise<void> {
  const ended = new Date(instance.clock.now() - 100 * dayMs);
  await instance.sql(
    `with one as (select * from sessions limit 1),
     added as (
       insert into sessions (id, user_id, provider, cookie_hash, cookie_rotated_at, created_at, authenticated_at,
         idle_expires_at, expires_at)
       select gen_random_uuid(), user_id, provider, '', $1, $1, $1, $1, $1 from one, generate_series(1, $2::int)
       returning id, user_id
     )
     insert into grants (id, handle_hash, generation, client_id, session_id, user_id, account_id, role, scope, resource,
       authenticated_at, created_at, idle_expires_at, expires_at)
     select gen_random_uuid(), '', 1, 'device', id, user_id, id, 'owner', '', '{}', $1, $1, $1, $1 from added`,
    [ended, count],
  );
}

it("keeps what was ended yesterday, for whoever asks why, and removes it after the time it is kept", async () => {
  const { session, refreshToken } = await start("grace");
  await instance.holdfast.sessions.revoke({ id: session.id }, "signed_out");
  instance.clock.advance(dayMs);
  await run();
  expect(await instance.holdfast.timeline.explain(session.id)).toMatchObject({ reason: "signed_out" });
  expect((await present(instance, refreshToken)).body.reason).toBe("signed_out");
  instance.clock.advance(90 * dayMs);
  expect(await run()).toMatchObject({ sessions: 1 });
  expect(await instance.holdfast.timeline.explain(session.id)).toBeNull();
  expect((await present(instance, refreshToken)).body.reason).toBe("session_unknown");
});

it("removes many ended sessions beside refreshes, none of which fails", async () => {
  const people = await Promise.all(["ada", "alan", "edsger", "barbara"].map(start));
  await addEnded(1_500);
  const cleaning = run();
  let isDone = false;
  void cleaning.finally(() => (isDone = true));
  let refreshes = 0;
  await Promise.all(
    people.map(async ({ refreshToken }) => {
      let token = refreshToken;
      while (!isDone) {
        const { status, body } = await present(instance, token);
        expect(status).toBe(200);
        token = body.refresh_token;
        refreshes += 1;
      }
    }),
  );
  expect(await cleaning).toMatchObject({ sessions: 1_500 });
  expect(refreshes).toBeGreaterThan(people.length);
  const [left] = await instance.sql("select count(*)::int as count from sessions where expires_at > $1", [
    new Date(instance.clock.now()),
  ]);
  expect(left).toEqual({ count: people.length });
});

it("makes weeks ahead of time, and a log that goes on in them is told as before", async () => {
  await run();
  instance.clock.advance(15 * dayMs);
  const { session, refreshToken } = await start("katherine");
  await present(instance, refreshToken);
  const [{ place } = { place: "" }] = await instance.sql<{ place: string }>(
    "select distinct tableoid::regclass::text as place from events where session_id = $1",
    [session.id],
  );
  expect(place).toMatch(/^events_\d{8}$/);
  const timeline = await instance.holdfast.timeline.explain(session.id);
  expect(timeline?.entries.map(({ type }) => type)).toEqual(["session.started", "grant.started", "session.refreshed"]);
});

it("ends when the node is drained", async () => {
  await addEnded(3_000);
  const cleaning = run();
  await instance.holdfast.drain();
  expect((await cleaning).sessions ?? 0).toBeLessThan(3_000);
});
