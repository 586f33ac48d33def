import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestInstance, type TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";

let instance: TestInstance;
let people = 0;
beforeAll(async () => {
  instance = await createTestInstance({ hasPractice: false });
});
afterAll(() => instance.close());

const start = () => startSession(instance, { email: `person-${++people}@example.com` });

async function refreshedRole(refreshToken: string): Promise<unknown> {
  const response = await fetch(`${instance.issuer}/refresh`, {
    method: "POST",
    headers: { cookie: `holdfast_refresh_app=${refreshToken}` },
    body: new URLSearchParams({ client_id: "app", refresh_token: refreshToken }),
  });
  const answer = (await response.json()) as { access_token: string };
  return decodeJwt(answer.access_token).role;
}

const roleEvents = (accountId: string) =>
  instance.sql("select user_id, data from events where type = 'member.role_changed' and account_id = $1 order by id", [
    accountId,
  ]);

describe("another role", () => {
  it("is in the token of the next refresh, and has its event", async () => {
    const { session, account, refreshToken, answer } = await start();
    expect(decodeJwt(answer.access_token).role).toBe("owner");
    await instance.holdfast.accounts.changeRole(account.id, session.userId, "member");
    expect(await refreshedRole(refreshToken)).toBe("member");
    expect(await roleEvents(account.id)).toEqual([
      { user_id: session.userId, data: { role: "member", former: "owner" } },
    ]);
  });

  it("leaves the grants of others, those for other accounts, and those that ended as they were", async () => {
    const changed = await start();
    const ended = await startSession(instance, { email: `person-${people}@example.com` });
    await instance.holdfast.sessions.revoke({ id: ended.session.id }, "signed_out");
    const other = await start();
    await instance.holdfast.accounts.addMember(changed.account.id, other.session.userId, "member");
    await instance.holdfast.accounts.changeRole(changed.account.id, changed.session.userId, "member");
    expect(await refreshedRole(other.refreshToken)).toBe("owner");
    const grants = await instance.sql("select role from grants where id = $1", [ended.grantId]);
    expect(grants).toEqual([{ role: "owner" }]);
  });

  it("that is the same one changes nothing", async () => {
    const { session, account } = await start();
    await instance.holdfast.accounts.changeRole(account.id, session.userId, "owner");
    expect(await roleEvents(account.id)).toEqual([]);
  });

  it("amid sign-ins and refreshes leaves no grant with the former one", async () => {
    const { session, account } = await start();
    const email = `person-${people}@example.com`;
    for (let round = 0; round < 8; round++) {
      const role = round % 2 === 0 ? "member" : "owner";
      const arrivals = Array.from({ length: 4 }, () => startSession(instance, { email }));
      await Promise.all([...arrivals, instance.holdfast.accounts.changeRole(account.id, session.userId, role)]);
      const roles = await instance.sql("select distinct role from grants where account_id = $1", [account.id]);
      expect(roles).toEqual([{ role }]);
    }
  });

  it.each([
    ["no account", "01a1fc14-d251-7d58-a779-231a4e53c518", null],
    ["what is no account id", "garbage", null],
    ["nobody", null, "01a1fc14-d251-7d58-a779-231a4e53c518"],
    ["what is no user id", null, "' or true"],
  ])("for %s is refused", async (_, accountId, userId) => {
    const { session, account } = await start();
    const change = instance.holdfast.accounts.changeRole(accountId ?? account.id, userId ?? session.userId, "member");
    await expect(change).rejects.toMatchObject({ code: "invalid_request" });
    expect(await roleEvents(account.id)).toEqual([]);
  });
});
