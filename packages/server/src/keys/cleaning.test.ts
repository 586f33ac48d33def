import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestSchema, type TestSchema } from "../storage/database.testing.ts";
import type { Database } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { createKeyCleaning } from "./cleaning.ts";
import { setKeys, tokenKeys } from "./key-kind.ts";
import { insertKey } from "./store.ts";

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

it.each([tokenKeys, setKeys])(
  "removes $algorithm keys that have left the key set, never one that signs or may still verify",
  async (kind) => {
    const retirements = { old: -2, older: -3, verifying: 1, atThatMoment: 0, signing: null };
    for (const [id, offset] of Object.entries(retirements)) {
      const retiresAt = offset === null ? null : new Date(moment + offset);
      const times = { createdAt: before, activatesAt: before, retiresAt };
      await insertKey(database.queries, kind, {
        id,
        algorithm: kind.algorithm,
        publicJwk: {},
        sealedPrivateKey: Buffer.of(1),
        ...times,
      });
    }
    const rule = createKeyCleaning({ database }).find(({ name }) => name === kind.table);
    if (!rule) throw new Error("there is no such rule");
    const { oldest, removeBatch } = rule;
    expect(await oldest(before)).toEqual(new Date(moment - 3));
    expect(await removeBatch(before, 1)).toBe(1);
    expect(await removeBatch(before, 10)).toBe(1);
    expect(await oldest(before)).toBeNull();
    const rows = await database.execute(`select id from ${kind.table} order by id`);
    expect(rows.map(({ id }) => id)).toEqual(["atThatMoment", "signing", "verifying"]);
  },
);
