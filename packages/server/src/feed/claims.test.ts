import pg from "pg";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { createTestInstance, type TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { toldTypes } from "./entry.ts";
import { digestOf, followFeed } from "./feed.testing.ts";

let instance: TestInstance;
beforeAll(async () => {
  instance = await createTestInstance({ hasPractice: false });
});
afterAll(() => instance.close());

it("followers hear that what a person's tokens say has changed, and nothing of what", async () => {
  const { session, account } = await startSession(instance);
  const follower = await followFeed(instance);
  await follower.caughtUp();
  await instance.holdfast.accounts.changeRole(account.id, session.userId, "member");
  const heard = await follower.until(({ event }) => event === "claims_changed", 500);
  expect(heard.data).toEqual({ subject: "user", digest: digestOf(session.userId), at_ms: instance.clock.now() });
  const text = JSON.stringify(follower.heard);
  for (const secret of [session.userId, account.id, "member", "owner"]) expect(text).not.toContain(secret);
  await follower.close();
});

it("every line that is told is found by the index, whichever partition it is in", async () => {
  const indexes = await instance.sql<{ definition: string }>(
    `select pg_get_indexdef(i.indexrelid) as definition from pg_index i
     where pg_get_indexdef(i.indexrelid) like '%key.created%' and i.indrelid in (
       select 'events'::regclass union select inhrelid from pg_inherits where inhparent = 'events'::regclass)`,
  );
  expect(indexes.length).toBeGreaterThan(1);
  for (const { definition } of indexes) {
    expect([...definition.matchAll(/'([a-z_.]+)'::text/g)].map(([, type]) => type).sort()).toEqual(
      [...toldTypes].sort(),
    );
  }
});

it("a server of before, which asks for fewer types, finds its lines by the same index", async () => {
  const client = new pg.Client({
    ...inject("postgres"),
    options: `-c search_path=${instance.schema} -c enable_seqscan=off`,
  });
  await client.connect();
  try {
    const { rows } = await client.query<{ "QUERY PLAN": string }>(
      `explain select * from events where (transaction_id, id) > ('1'::xid8, 1) and at >= now()
         and type in ('session.revoked', 'grant.revoked', 'key.created', 'key.retired')
       order by transaction_id, id limit 1000`,
    );
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    expect(plan).toContain("transaction_id_id_idx");
  } finally {
    await client.end();
  }
});
