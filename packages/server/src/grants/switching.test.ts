import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TestInstance } from "../testing/instance.ts";
import { createRefreshInstance, eventsOf, forgeToken, present, readGrant } from "./refresh.testing.ts";
import { accountOf, startWithTwoAccounts, switchTo, type TwoAccounts } from "./switching.testing.ts";

let instance: TestInstance;
let person: TwoAccounts;
beforeAll(async () => {
  instance = await createRefreshInstance();
});
afterAll(() => instance.close());
beforeEach(async () => {
  person = await startWithTwoAccounts(instance);
});

const accountInForce = async () => {
  const [row] = await instance.sql<{ account_id: string; role: string; generation: number }>(
    "select account_id, role, generation from grants where id = $1",
    [person.grantId],
  );
  return row;
};
const switches = async () =>
  (await eventsOf(instance, person.grantId)).filter(({ type }) => type === "grant.account_switched");

describe("a switch to another account", () => {
  it("answers like a refresh, with a token for that account in the role that the person has there", async () => {
    const reply = await switchTo(instance, person.team, person.refreshToken, { key: "attempt-1" });
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({ generation: 2, sid: person.sessionId });
    expect(accountOf(reply)).toEqual({ account: person.team, role: "member" });
    expect(await accountInForce()).toEqual({ account_id: person.team, role: "member", generation: 2 });
  });

  it("is of one transaction with its event", async () => {
    const { body } = await switchTo(instance, person.team, person.refreshToken);
    const lines = await instance.sql(
      `select type, account_id, request_id is not null as is_asked_for, data->>'former' as former, data->>'role' as role,
         transaction_id = max(transaction_id) over () as is_of_one_transaction
       from events where grant_id = $1 and type <> 'grant.started' order by id`,
      [person.grantId],
    );
    expect(body.generation).toBe(2);
    expect(lines).toMatchObject([
      { type: "session.refreshed", account_id: person.own, is_of_one_transaction: true },
      {
        type: "grant.account_switched",
        account_id: person.team,
        is_asked_for: true,
        former: person.own,
        role: "member",
        is_of_one_transaction: true,
      },
    ]);
  });

  it("holds for every refresh after it, and back again", async () => {
    const there = await switchTo(instance, person.team, person.refreshToken);
    const next = await present(instance, there.body.refresh_token);
    expect(accountOf(next)).toEqual({ account: person.team, role: "member" });
    const back = await switchTo(instance, person.own, next.body.refresh_token);
    expect(accountOf(back)).toEqual({ account: person.own, role: "owner" });
    expect(await switches()).toHaveLength(2);
  });

  it("is for the account first offered at the next sign-in", async () => {
    instance.clock.advance(1_000);
    await switchTo(instance, person.team, person.refreshToken);
    const [last] = await instance.sql<{ account_id: string }>(
      "select account_id from members where user_id = $1 order by signed_in_at desc nulls last limit 1",
      [person.userId],
    );
    expect(last?.account_id).toBe(person.team);
  });

  it("to the one it acts for already is a refresh like any other", async () => {
    const reply = await switchTo(instance, person.own, person.refreshToken);
    expect(reply.body.generation).toBe(2);
    expect(accountOf(reply)).toEqual({ account: person.own, role: "owner" });
    expect(await switches()).toEqual([]);
  });

  it("is done once: whoever goes on naming the account refreshes like any other", async () => {
    let { body } = await switchTo(instance, person.team, person.refreshToken);
    for (const generation of [3, 4]) {
      ({ body } = await switchTo(instance, person.team, body.refresh_token));
      expect(body.generation).toBe(generation);
    }
    expect(await switches()).toHaveLength(1);
  });

  it("leaves the session's other grants where they are", async () => {
    const other = await startWithTwoAccounts(instance);
    await switchTo(instance, person.team, person.refreshToken);
    expect(accountOf(await present(instance, other.refreshToken)).account).toBe(other.own);
  });

  it("by a client that does not rotate moves its grant too", async () => {
    person = await startWithTwoAccounts(instance, "still");
    const reply = await switchTo(instance, person.team, person.refreshToken, { clientId: "still" });
    expect(accountOf(reply).account).toBe(person.team);
    expect(reply.body.generation).toBe(1);
    expect(accountOf(await present(instance, person.refreshToken, { clientId: "still" })).account).toBe(person.team);
  });

  it("with a token that the database has lost goes on from there", async () => {
    const ahead = forgeToken(person.refreshToken, { generation: 5 });
    const reply = await switchTo(instance, person.team, ahead);
    expect(reply.body.generation).toBe(6);
    expect(accountOf(reply).account).toBe(person.team);
  });

  it("carries a role that was changed meanwhile", async () => {
    await switchTo(instance, person.team, person.refreshToken);
    await instance.holdfast.accounts.changeRole(person.team, person.userId, "admin");
    const { body } = await present(instance, person.refreshToken);
    expect(accountOf(await present(instance, body.refresh_token))).toEqual({ account: person.team, role: "admin" });
  });
});

describe("an answer that got lost", () => {
  it("is given again: the same successor, and the account switched to", async () => {
    const lost = await switchTo(instance, person.team, person.refreshToken, { key: "attempt-1" });
    instance.clock.advance(3 * 86_400_000);
    const again = await switchTo(instance, person.team, person.refreshToken, { key: "attempt-1" });
    expect(again.body.refresh_token).toBe(lost.body.refresh_token);
    expect(accountOf(again)).toEqual({ account: person.team, role: "member" });
    expect(await switches()).toHaveLength(1);
  });

  it("is given again for the account switched to also to who no longer names it", async () => {
    const lost = await switchTo(instance, person.team, person.refreshToken, { key: "attempt-1" });
    const again = await present(instance, person.refreshToken, { key: "attempt-1" });
    expect(again.body.refresh_token).toBe(lost.body.refresh_token);
    expect(accountOf(again).account).toBe(person.team);
  });

  it("of a plain refresh keeps its account: a generation is of one account, and the switch comes after it", async () => {
    const lost = await present(instance, person.refreshToken, { key: "attempt-1" });
    const early = await switchTo(instance, person.team, person.refreshToken, { key: "attempt-1" });
    expect(early.status).toBe(409);
    expect(early.body).toMatchObject({ error: "refresh_superseded", reason: "refresh_superseded", retryable: true });
    expect(early.headers.get("retry-after")).toBe("0");
    const again = await present(instance, person.refreshToken, { key: "attempt-1" });
    expect(again.body.refresh_token).toBe(lost.body.refresh_token);
    expect(accountOf(again).account).toBe(person.own);
    const switched = await switchTo(instance, person.team, again.body.refresh_token, { key: "attempt-2" });
    expect(accountOf(switched).account).toBe(person.team);
  });
});

describe("a switch that arrives late, behind a newer one", () => {
  it("does not bring the former account back", async () => {
    const { body } = await switchTo(instance, person.team, person.refreshToken, { key: "attempt-1" });
    await switchTo(instance, person.own, body.refresh_token, { key: "attempt-2" });
    const late = await switchTo(instance, person.team, person.refreshToken, { key: "attempt-1" });
    expect(late.body.reason).toBe("refresh_superseded");
    expect(await accountInForce()).toMatchObject({ account_id: person.own, generation: 3 });
  });
});

describe("a switch that is refused harms nothing", () => {
  const refusals: readonly [string, () => Promise<string>][] = [
    ["an account of others", async () => (await startWithTwoAccounts(instance)).own],
    ["an account that does not exist", async () => "01a1fc14-d251-7d58-a779-231a4e53c518"],
    ["a user's id", async () => person.userId],
    [
      "an account that was closed",
      async () => {
        await instance.holdfast.accounts.close(person.team, "a test");
        return person.team;
      },
    ],
    ["what is no id", async () => "team"],
    ["SQL", async () => "' or true --"],
    ["an id with a space", async () => ` ${person.team}`],
  ];

  it.each(refusals)("%s", async (_, accountFor) => {
    const before = await readGrant(instance, person.grantId);
    const reply = await switchTo(instance, await accountFor(), person.refreshToken, { key: "attempt-1" });
    expect(reply.status).toBe(403);
    // Not an invalid_grant: whoever knows only that one keeps the session as well.
    expect(reply.body).toMatchObject({ error: "account_forbidden", reason: "account_forbidden", retryable: false });
    expect(await readGrant(instance, person.grantId)).toEqual(before);
    expect(await eventsOf(instance, person.grantId)).toEqual([]);
    const next = await present(instance, person.refreshToken, { key: "attempt-1" });
    expect(next.body.generation).toBe(2);
    expect(accountOf(next).account).toBe(person.own);
  });
});

describe("the refresh is judged first", () => {
  it.each<[string, () => Promise<string>, string]>([
    ["a forged token", async () => forgeToken(person.refreshToken, { handle: Buffer.alloc(16, 7) }), "session_unknown"],
    ["another installation's", async () => `${person.refreshToken.slice(0, -2)}AA`, "refresh_token_malformed"],
    [
      "one of a grant that has ended",
      async () => {
        await instance.holdfast.sessions.revoke({ id: person.sessionId }, "signed_out");
        return person.refreshToken;
      },
      "signed_out",
    ],
    [
      "one that has run out",
      async () => {
        instance.clock.advance(365 * 86_400_000);
        return person.refreshToken;
      },
      "session_expired",
    ],
  ])("%s", async (_, tokenFor, reason) => {
    const token = await tokenFor();
    for (const account of [person.team, "01a1fc14-d251-7d58-a779-231a4e53c518"]) {
      expect((await switchTo(instance, account, token)).body).toMatchObject({ reason, error: "invalid_grant" });
    }
    expect(await accountInForce()).toMatchObject({ account_id: person.own, generation: 1 });
  });

  it("and a token that was used long before ends the lineage, whatever account it asks for", async () => {
    await present(instance, person.refreshToken);
    instance.clock.advance(60_000);
    const reply = await switchTo(instance, person.team, person.refreshToken);
    expect(reply.body).toMatchObject({ error: "invalid_grant", reason: "reuse_detected" });
    expect(await readGrant(instance, person.grantId)).toMatchObject({ revoked_reason: "reuse_detected" });
    const types = (await eventsOf(instance, person.grantId)).map(({ type }) => type);
    expect(types).toEqual(["session.refreshed", "session.reuse_detected", "grant.revoked"]);
  });

  it("of another client's, and the grant stays", async () => {
    const reply = await switchTo(instance, person.team, person.refreshToken, { clientId: "strict" });
    expect(reply.body.reason).toBe("client_mismatch");
    expect(await accountInForce()).toMatchObject({ account_id: person.own, generation: 1 });
  });

  it("and not at all once nobody waits any more", async () => {
    const headers = { "Refresh-Deadline": String(instance.clock.now() - 1) };
    const reply = await switchTo(instance, person.team, person.refreshToken, { headers });
    expect(reply.body.reason).toBe("deadline_passed");
    expect(await accountInForce()).toMatchObject({ account_id: person.own, generation: 1 });
  });
});

describe("an account that cannot be read", () => {
  it.each([
    ["twice", (account: string) => `account=${account}&account=${account}`],
    ["with a line break", (account: string) => `account=${account}%0a`],
    ["with a null byte", (account: string) => `account=${account}%00`],
    ["over 4 KB", () => `account=${"a".repeat(5_000)}`],
  ])("%s", async (_, fieldFor) => {
    const response = await fetch(`${instance.issuer}/refresh`, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: `client_id=device&refresh_token=${person.refreshToken}&${fieldFor(person.team)}`,
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ reason: "invalid_request" });
    expect(await accountInForce()).toMatchObject({ account_id: person.own, generation: 1 });
  });

  it("and an empty one counts as left out", async () => {
    expect(accountOf(await switchTo(instance, "", person.refreshToken)).account).toBe(person.own);
  });
});
