import pg from "pg";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { createTestInstance, type TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";

let instance: TestInstance;
let other: pg.Client;
beforeAll(async () => {
  instance = await createTestInstance({ hasPractice: false });
  other = new pg.Client({ ...inject("postgres"), options: `-c search_path=${instance.schema}` });
  await other.connect();
});
afterAll(async () => {
  await other.end();
  await instance.close();
});

const lock = (grantId: string) => other.query("select 1 from grants where id = $1 for update", [grantId]);

/** How many of the instance's connections wait for a row that somebody else holds. */
async function waiting(): Promise<number> {
  const rows = await instance.sql(
    "select 1 from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'holdfast'",
  );
  return rows.length;
}

it("the grants of several sessions are ended in the order in which a batch of refreshes locks them", async () => {
  const { holdfast, clock } = instance;
  const first = await startSession(instance);
  clock.advance(1);
  const second = await startSession(instance);
  clock.advance(1);
  const client = holdfast.clients.choose("app");
  const source = { requestId: "test", address: null, userAgent: null };
  const accountId = first.account.id;
  const late = await holdfast.admission.enter({ client, session: first.session, accountId, source });
  expect(first.grantId < second.grantId && second.grantId < late.subject.grantId).toBe(true);

  await other.query("begin");
  await lock(second.grantId);
  const disabling = holdfast.users.disable(first.session.userId);
  await expect.poll(waiting).toBe(1);
  // Had the operator's statement locked this one first, each of the two would now wait for the other.
  await lock(late.subject.grantId);
  await other.query("commit");
  await disabling;
  expect(await instance.sql("select id from grants where revoked_at is null")).toEqual([]);
});
