import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createOddInstance, type OddInstance, shownError } from "../providers/odd-provider.testing.ts";
import type { TestBrowser } from "../testing/browser.ts";
import { appOrigin } from "../testing/instance.ts";

let odd: OddInstance;
let browser: TestBrowser;
let people = 0;
let userId: string;
let own: string;

beforeAll(async () => {
  odd = await createOddInstance();
});
afterAll(() => odd.close());

beforeEach(async () => {
  const sub = `person-${++people}`;
  odd.provider.behave({ claims: { sub, name: sub } });
  browser = odd.instance.browser();
  await signIn();
  const [row] = await odd.instance.sql<{ user_id: string; account_id: string }>(
    "select m.user_id, m.account_id from members m join users u on u.id = m.user_id where u.name = $1",
    [sub],
  );
  userId = row?.user_id ?? "";
  own = row?.account_id ?? "";
});

const signIn = (query = "", where = browser) => where.open(`${odd.instance.issuer}/signin${query}`, appOrigin);

async function refresh(where = browser) {
  const response = await fetch(`${odd.instance.issuer}/refresh`, {
    method: "POST",
    headers: { cookie: where.cookieHeader(`${odd.instance.issuer}/refresh`) },
    body: new URLSearchParams({ client_id: "app" }),
  });
  return { status: response.status, ...((await response.json()) as { reason?: string }) };
}

describe("a closed account", () => {
  it("ends its grants, and says why at the next refresh (A9)", async () => {
    expect((await refresh()).status).toBe(200);
    await odd.instance.holdfast.accounts.close(own, "moved away");
    expect(await refresh()).toMatchObject({ status: 400, reason: "account_closed" });
    const events = await odd.instance.sql(
      "select type, data->>'reason' as reason from events where account_id = $1 order by id desc limit 3",
      [own],
    );
    expect(events).toContainEqual({ type: "account.closed", reason: "moved away" });
    expect(events).toContainEqual({ type: "grant.revoked", reason: "account_closed" });
  });

  it("lets nobody in: not by a session that lives, not by a new sign-in", async () => {
    await odd.instance.holdfast.accounts.close(own, "a test");
    for (const visit of [await signIn(), await signIn("", odd.instance.browser())]) {
      expect(visit.response?.status).toBe(403);
      expect(shownError(visit.html)).toBe("account_closed");
    }
    expect(
      await odd.instance.sql("select id from accounts a join members m on m.account_id = a.id where m.user_id = $1", [
        userId,
      ]),
    ).toHaveLength(1);
  });

  it("is not among the accounts of the session", async () => {
    const team = await odd.instance.holdfast.accounts.create({ name: "Team", ownerId: userId });
    await odd.instance.holdfast.accounts.close(own, "a test");
    const response = await browser.request(`${odd.instance.issuer}/session`);
    expect(((await response.json()) as { accounts: unknown }).accounts).toEqual([
      { id: team, name: "Team", role: "owner" },
    ]);
  });

  it("leaves the other accounts alone: who has one left is not asked", async () => {
    const team = await odd.instance.holdfast.accounts.create({ name: "Team", ownerId: userId });
    await signIn(`?account=${team}`);
    await odd.instance.holdfast.accounts.close(own, "a test");
    expect((await refresh()).status).toBe(200);
    expect((await signIn()).response).toBeUndefined();
    expect((await refresh()).status).toBe(200);
  });

  it("ends the grants of every member, and of nobody else", async () => {
    const team = await odd.instance.holdfast.accounts.create({ name: "Team", ownerId: userId });
    await signIn(`?account=${team}`);
    const colleague = odd.instance.browser();
    const stranger = odd.instance.browser();
    odd.provider.behave({ claims: { sub: `colleague-${people}`, name: `colleague-${people}` } });
    await signIn("", colleague);
    const [row] = await odd.instance.sql<{ id: string }>("select id from users where name = $1", [
      `colleague-${people}`,
    ]);
    await odd.instance.holdfast.accounts.addMember(team, row?.id ?? "", "member");
    await signIn(`?account=${team}`, colleague);
    odd.provider.behave({ claims: { sub: `stranger-${people}` } });
    await signIn("", stranger);
    await odd.instance.holdfast.accounts.close(team, "a test");
    expect([(await refresh()).status, (await refresh(colleague)).status, (await refresh(stranger)).status]).toEqual([
      400, 400, 200,
    ]);
  });

  it("amid sign-ins leaves no grant of it alive, whichever came first", async () => {
    for (let round = 0; round < 5; round++) {
      const team = await odd.instance.holdfast.accounts.create({ name: "Team", ownerId: userId });
      const arrivals = Array.from({ length: 4 }, () =>
        browser.request(`${odd.instance.issuer}/signin?account=${team}`),
      );
      await Promise.all([...arrivals, odd.instance.holdfast.accounts.close(team, "a test")]);
      const live = await odd.instance.sql("select id from grants where account_id = $1 and revoked_at is null", [team]);
      expect(live).toEqual([]);
    }
  });

  it("closed twice keeps its first reason and has one event", async () => {
    await odd.instance.holdfast.accounts.close(own, "first");
    await odd.instance.holdfast.accounts.close(own, "second");
    expect(await odd.instance.sql("select closed_reason from accounts where id = $1", [own])).toEqual([
      { closed_reason: "first" },
    ]);
    const events = await odd.instance.sql("select id from events where type = 'account.closed' and account_id = $1", [
      own,
    ]);
    expect(events).toHaveLength(1);
  });
});

describe("an owner of accounts that do not exist", () => {
  it("gets none, and an account of nobody leaves nothing behind", async () => {
    const nobody = "01a1fc14-d251-7d58-a779-231a4e53c518";
    await expect(odd.instance.holdfast.accounts.create({ name: "Nobody's", ownerId: nobody })).rejects.toThrow();
    await expect(odd.instance.holdfast.accounts.addMember(nobody, userId, "member")).rejects.toThrow();
    expect(await odd.instance.sql("select id from accounts where name = 'Nobody''s'")).toEqual([]);
    expect(await odd.instance.sql("select id from events where account_id = $1", [nobody])).toEqual([]);
  });
});
