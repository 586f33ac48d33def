import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestSchema, type TestSchema } from "../storage/database.testing.ts";
import type { Database } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { createSessionCleaning } from "./cleaning.ts";

const now = Date.UTC(2026, 5, 1);
const dayMs = 86_400_000;
const keepDays = 90;
const before = new Date(now - keepDays * dayMs);
const userId = randomUUID();

let schema: TestSchema;
let database: Database;
beforeAll(async () => {
  schema = createTestSchema();
  database = schema.open();
  await migrate(database);
  await database.execute("insert into users (id, created_at) values ($1, now())", [userId]);
});
afterAll(() => schema.close());
beforeEach(() => database.execute("delete from sessions"));

const clean = (limit = 500) => createSessionCleaning({ database, keep: keepDays * 86_400 }).removeBatch(before, limit);

/** Days from now, negative for the past. */
interface Life {
  readonly idle: number;
  readonly expires: number;
  readonly revoked: number | null;
  /** Until when each of its grants may be used. */
  readonly grants: readonly number[];
}

const day = (days: number) => new Date(now + days * dayMs);

async function insert({ idle, expires, revoked, grants }: Life): Promise<string> {
  const id = randomUUID();
  await database.execute(
    `insert into sessions (id, user_id, provider, cookie_hash, cookie_rotated_at, created_at, authenticated_at,
       idle_expires_at, expires_at, revoked_at)
     values ($1, $2, 'test', '', $5, $5, $5, $3, $4, $6)`,
    [id, userId, day(idle), day(expires), day(Math.min(idle, expires) - 1), revoked === null ? null : day(revoked)],
  );
  for (const grantIdle of grants) {
    await database.execute(
      `insert into grants (id, handle_hash, generation, client_id, session_id, user_id, account_id, role, scope,
         resource, authenticated_at, created_at, idle_expires_at, expires_at)
       values ($1, '', 1, 'app', $2, $3, $1, 'owner', '', '{}', now(), now(), $4, $5)`,
      [randomUUID(), id, userId, day(grantIdle), day(expires)],
    );
  }
  return id;
}

const left = async () => (await database.execute<{ id: string }>("select id from sessions")).map(({ id }) => id).sort();
const grantCount = async () =>
  (await database.execute<{ count: number }>("select count(*)::int as count from grants"))[0]?.count;

const live: Life = { idle: 5, expires: 50, revoked: null, grants: [5] };

describe("a session", () => {
  it.each<[string, Partial<Life>, boolean]>([
    ["that lives", {}, false],
    ["that was revoked a moment ago", { revoked: 0 }, false],
    ["that was revoked longer ago than is kept", { revoked: -91 }, true],
    ["that was revoked on the day", { revoked: -90 }, false],
    ["that reached its limit yesterday", { idle: -1, expires: -1 }, false],
    ["that reached its limit longer ago than is kept", { idle: -91, expires: -91 }, true],
    ["that ran idle long ago, but whose limit is to come", { idle: -200, expires: 50, grants: [-200] }, false],
    ["whose cookie ran idle, but which a grant keeps in use", { idle: -200, expires: 50, grants: [3] }, false],
    ["that was revoked after it had reached its limit", { expires: -91, revoked: -10 }, true],
  ])("%s: %j is removed: %s", async (_, life, isRemoved) => {
    const id = await insert({ ...live, ...life });
    expect(await clean()).toBe(isRemoved ? 1 : 0);
    expect(await left()).toEqual(isRemoved ? [] : [id]);
    expect(await grantCount()).toBe(isRemoved ? 0 : 1);
  });

  it("leaves in batches, the oldest first", async () => {
    const [middle, oldest, youngest] = [
      await insert({ ...live, expires: -200 }),
      await insert({ ...live, expires: -300 }),
      await insert({ ...live, expires: -100 }),
    ];
    expect(await clean(1)).toBe(1);
    expect(await left()).toEqual([middle, youngest].sort());
    expect(await clean(5)).toBe(2);
    expect(await left()).not.toContain(oldest);
  });
});

it("nothing that lives is ever removed, and all that is due is", async () => {
  const days = fc.integer({ min: -400, max: 400 });
  const life = fc.record({
    idle: days,
    expires: days,
    revoked: fc.option(days.map((value) => Math.min(value, 0))),
    grants: fc.array(days, { maxLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(life, { maxLength: 12 }), fc.integer({ min: 1, max: 5 }), async (lives, limit) => {
      await database.execute("delete from sessions");
      const kept: string[] = [];
      for (const each of lives) {
        const id = await insert(each);
        const endedAt = Math.min(each.expires, each.revoked ?? Number.POSITIVE_INFINITY);
        if (endedAt >= -keepDays) kept.push(id);
      }
      while ((await clean(limit)) >= limit);
      expect(await left()).toEqual(kept.sort());
      const [strays] = await database.execute("select count(*)::int as count from grants where session_id <> all($1)", [
        kept,
      ]);
      expect(strays).toEqual({ count: 0 });
    }),
    { numRuns: 40 },
  );
});

describe("beside traffic", () => {
  it.each([
    ["session", "select from sessions where id = $1 for update"],
    ["grant", "select from grants where session_id = $1 order by id limit 1 for update"],
  ])("leaves a session of which somebody has locked a %s, without waiting, and removes the others", async (_, lock) => {
    const ended = { ...live, expires: -100, grants: [1, 1] };
    const [held, free] = [await insert(ended), await insert(ended)];
    const traffic = await database.connect();
    await traffic.query("begin");
    await traffic.query(lock, [held]);
    const asked = performance.now();
    expect(await clean()).toBe(1);
    expect(performance.now() - asked).toBeLessThan(1_000);
    expect(await left()).toEqual([held]);
    expect(await left()).not.toContain(free);
    await traffic.query("commit");
    await traffic.end();
    expect(await clean()).toBe(1);
  });
});
