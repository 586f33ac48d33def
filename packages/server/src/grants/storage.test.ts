import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { createRefreshInstance, eventsOf, readGrant, refreshTimes } from "./refresh.testing.ts";

let instance: TestInstance;
beforeAll(async () => {
  instance = await createRefreshInstance();
});
afterAll(() => instance.close());

const rotations = 300;

it("refreshes leave one row, updated in place: storage does not grow with them", async () => {
  const { refreshToken, grantId } = await startSession(instance, { clientId: "device" });
  await refreshTimes(instance, refreshToken, rotations);
  expect(await instance.sql("select count(*)::int as rows from grants")).toEqual([{ rows: 1 }]);
  const row = await readGrant(instance, grantId);
  expect(row.generation).toBe(rotations + 1);
  expect(row.recent_rotations).toHaveLength(10);
  expect(await eventsOf(instance, grantId)).toHaveLength(rotations);

  const { updated, inPlace } = await grantUpdates();
  expect(updated).toBe(rotations);
  // Tests that run beside this one keep dead versions alive for moments, so these are not the figures of a quiet server.
  expect(inPlace / updated).toBeGreaterThanOrEqual(0.8);
  const [size] = await instance.sql<{ table: string; index: string }>(
    "select pg_relation_size('grants') as table, pg_relation_size('grants_pkey') as index",
  );
  expect(Number(size?.table)).toBeLessThanOrEqual(32 * 8_192);
  expect(Number(size?.index)).toBeLessThanOrEqual(2 * 8_192);
});

/** What PostgreSQL counted; each connection reports when it next has nothing to do, at most once a second. */
function grantUpdates(): Promise<{ updated: number; inPlace: number }> {
  return vi.waitFor(
    async () => {
      // Any statement makes a connection report what it owes.
      await Promise.all(Array.from({ length: 5 }, () => fetch(`${instance.issuer}/readyz`)));
      const [row] = await instance.sql<{ updated: string; in_place: string }>(
        `select n_tup_upd as updated, n_tup_hot_upd as in_place from pg_stat_user_tables, pg_stat_force_next_flush()
         where schemaname = $1 and relname = 'grants'`,
        [instance.schema],
      );
      expect(Number(row?.updated)).toBeGreaterThanOrEqual(rotations);
      return { updated: Number(row?.updated), inPlace: Number(row?.in_place) };
    },
    { timeout: 8_000, interval: 100 },
  );
}
