import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestInstance, type TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";

// PostgreSQL takes 65,535 parameters in a statement; an event has nine.
const many = 8_000;

let instance: TestInstance;
beforeAll(async () => {
  instance = await createTestInstance({ hasPractice: false });
});
afterAll(() => instance.close());

/** Gives a person as many more sessions, with a grant each, as somebody has whose robot signs in every minute. */
async function multiply(sessionId: string): Promise<void> {
  await instance.sql(
    `insert into sessions
     select (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid()))).* from sessions s, generate_series(1, $2)
     where s.id = $1`,
    [sessionId, many],
  );
  await instance.sql(
    `insert into grants
     select (jsonb_populate_record(g, jsonb_build_object('id', gen_random_uuid(), 'session_id', s.id))).*
     from grants g, sessions s where g.session_id = $1 and s.id <> $1 and s.user_id = g.user_id`,
    [sessionId],
  );
}

async function countLive(): Promise<unknown> {
  const [row] = await instance.sql(
    `select (select count(*)::int from sessions where revoked_at is null) as sessions,
       (select count(*)::int from grants where revoked_at is null) as grants,
       (select count(*)::int from events where type = 'grant.revoked') as told`,
  );
  return row;
}

it("an account is closed and a person disabled, however many sessions and grants there are", async () => {
  const { session, account } = await startSession(instance);
  await multiply(session.id);
  expect(await countLive()).toEqual({ sessions: many + 1, grants: many + 1, told: 0 });
  await instance.holdfast.accounts.close(account.id, "a test");
  expect(await countLive()).toEqual({ sessions: many + 1, grants: 0, told: many + 1 });
  await instance.holdfast.users.disable(session.userId);
  expect(await countLive()).toEqual({ sessions: 0, grants: 0, told: many + 1 });
}, 60_000);
