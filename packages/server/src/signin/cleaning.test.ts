import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestSchema, type TestSchema } from "../storage/database.testing.ts";
import type { Database } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { createSigninCleaning } from "./cleaning.ts";
import { insertAttempt, insertCode } from "./store.ts";

const moment = Date.UTC(2026, 5, 1);
const before = new Date(moment);

let schema: TestSchema;
let database: Database;
beforeAll(async () => {
  schema = createTestSchema();
  database = schema.open();
  await migrate(database);
});
afterAll(() => schema.close());

const writers = {
  async signin_attempts(expiresAt: Date) {
    await insertAttempt(database.queries, {
      stateHash: randomBytes(32),
      browserHash: randomBytes(32),
      provider: "google",
      clientId: "app",
      nonce: "n",
      sealedCodeVerifier: randomBytes(32),
      returnTo: "https://app.example.com/",
      accountId: null,
      clientState: null,
      codeChallenge: null,
      createdAt: expiresAt,
      expiresAt,
    });
  },
  async signin_codes(expiresAt: Date) {
    const [userId, sessionId] = [randomUUID(), randomUUID()];
    await database.execute("insert into users (id, created_at) values ($1, now())", [userId]);
    await database.execute(
      `insert into sessions (id, user_id, provider, cookie_hash, cookie_rotated_at, created_at, authenticated_at,
         idle_expires_at, expires_at) values ($1, $2, 'test', '', now(), now(), now(), now(), now())`,
      [sessionId, userId],
    );
    const accountId = randomUUID();
    const code = { codeHash: randomBytes(32), clientId: "app", sessionId, accountId, codeChallenge: "c", expiresAt };
    await insertCode(database.queries, code);
  },
};

it.each(["signin_attempts", "signin_codes"] as const)(
  "removes %s that expired before a moment, the oldest first, an hour after",
  async (name) => {
    const rule = createSigninCleaning({ database }).find((each) => each.name === name);
    expect(rule?.keep).toBe(3_600);
    for (const offset of [-1, -3, 0, -2, 1]) await writers[name](new Date(moment + offset));
    expect(await rule?.oldest(before)).toEqual(new Date(moment - 3));
    expect(await rule?.removeBatch(before, 2)).toBe(2);
    expect(await rule?.oldest(before)).toEqual(new Date(moment - 1));
    expect(await rule?.removeBatch(before, 2)).toBe(1);
    expect(await rule?.oldest(before)).toBeNull();
    const rows = await database.execute(`select expires_at from ${name} order by expires_at`);
    expect(rows).toEqual([{ expires_at: before }, { expires_at: new Date(moment + 1) }]);
  },
);
