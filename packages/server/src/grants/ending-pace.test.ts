import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { createRefreshInstance, present } from "./refresh.testing.ts";

// More than are looked through at a time; and several chunks.
const windows = 10_200;
const chunks = 3_000;

let instance: TestInstance;
let started: Awaited<ReturnType<typeof startSession>>;
beforeAll(async () => {
  instance = await createRefreshInstance();
});
afterAll(() => instance.close());
beforeEach(async () => {
  await instance.sql("truncate grants");
  started = await startSession(instance, { clientId: "device" });
});

/** Gives the session that many more grants, every second one of another client. */
async function multiply(many: number): Promise<void> {
  await instance.sql(
    `insert into grants
     select (jsonb_populate_record(g, jsonb_build_object('id', gen_random_uuid(),
       'client_id', case when n % 2 = 0 then 'strict' else 'device' end))).*
     from grants g, generate_series(1, $2) n where g.id = $1`,
    [started.grantId, many],
  );
}

const count = async (where: string) =>
  (await instance.sql<{ count: number }>(`select count(*)::int as count from grants where ${where}`))[0]?.count;

describe("very many grants", { timeout: 60_000 }, () => {
  it("of an account are ended to the last, each with its event", async () => {
    await multiply(windows);
    expect(await instance.holdfast.grants.endAll({ accountId: started.account.id }, "account_closed")).toBe(
      windows + 1,
    );
    expect(await count("revoked_at is null")).toBe(0);
    const untold = "not exists (select from events e where e.grant_id = grants.id and e.type = 'grant.revoked')";
    expect(await count(untold)).toBe(0);
  });

  it("of a client are ended to the last, and nobody else's", async () => {
    await multiply(windows);
    expect(await instance.holdfast.grants.endAll({ clientId: "strict" }, "session_revoked")).toBe(windows / 2);
    expect(await count("revoked_at is null and client_id = 'strict'")).toBe(0);
    expect(await count("revoked_at is null and client_id = 'device'")).toBe(windows / 2 + 1);
  });

  it("are ended in transactions that are short: who refreshes meanwhile hardly waits", async () => {
    await multiply(chunks);
    let isOver = false;
    const ending = instance.holdfast.grants.endAll({ clientId: "strict" }, "session_revoked").then(() => {
      isOver = true;
    });
    const waits: number[] = [];
    let { refreshToken } = started;
    while (!isOver) {
      const asked = performance.now();
      const { status, body } = await present(instance, refreshToken);
      expect(status).toBe(200);
      waits.push(performance.now() - asked);
      refreshToken = body.refresh_token;
    }
    await ending;
    expect(waits.length).toBeGreaterThan(1);
    const transactions = await instance.sql<{ lines: number }>(
      "select count(*)::int as lines from events where type = 'grant.revoked' and client_id = 'strict' group by transaction_id",
    );
    expect(Math.max(...transactions.map(({ lines }) => lines))).toBeLessThanOrEqual(250);
  });

  it("that were ended in part, the node having gone, are ended by the same again", async () => {
    await multiply(chunks);
    const { accounts } = instance.holdfast;
    await instance.sql(
      `create function fail_late() returns trigger language plpgsql as $$
       begin if (select count(*) from grants where revoked_at is not null) > 1000 then raise 'gone'; end if; return null; end $$;
       create trigger fail_late after update on grants for each statement execute function fail_late()`,
    );
    await expect(accounts.close(started.account.id, "a test")).rejects.toThrow("gone");
    await instance.sql("drop function fail_late cascade");
    const left = await count("revoked_at is null");
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(chunks);
    await accounts.close(started.account.id, "a test");
    expect(await count("revoked_at is null")).toBe(0);
    const closings = await instance.sql("select 1 from events where type = 'account.closed' and account_id = $1", [
      started.account.id,
    ]);
    expect(closings).toHaveLength(1);
  });
});
