import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { parseConfig } from "../config/index.ts";
import { createHoldfast, type Holdfast } from "../holdfast.ts";
import { createLogger } from "../logging/logger.ts";
import type { TestInstance } from "../testing/instance.ts";
import { createRefreshInstance, present, type RefreshReply, testClients, testSecret } from "./refresh.testing.ts";
import { accountOf, startWithTwoAccounts, switchTo, type TwoAccounts } from "./switching.testing.ts";

let instance: TestInstance;
/** A second node over the same schema, asked without a socket. */
let secondNode: Holdfast;
beforeAll(async () => {
  instance = await createRefreshInstance();
  const { issuer, schema, clock } = instance;
  const config = parseConfig(
    { issuer, secret: testSecret, clients: [...testClients], database: { schema, poolSize: 5 } },
    { mode: "development" },
  );
  const logger = createLogger({ level: "silent" });
  secondNode = await createHoldfast(config, { connection: inject("postgres"), logger, clock });
});
afterAll(async () => {
  await secondNode.close();
  await instance.close();
});

const rounds = 12;

async function switchOnSecondNode({ team, refreshToken }: TwoAccounts, key: string): Promise<RefreshReply> {
  const response = await secondNode.fetch(
    new Request(`${instance.issuer}/refresh`, {
      method: "POST",
      body: new URLSearchParams({ client_id: "device", refresh_token: refreshToken, account: team }),
      headers: { "Idempotency-Key": key },
    }),
  );
  return { status: response.status, headers: response.headers, body: (await response.json()) as RefreshReply["body"] };
}

/** Tokens never mix: whoever was answered with a generation got the account of all others who were. */
function expectOneAccountEach(replies: readonly RefreshReply[]): void {
  const accounts = new Map<number, unknown>();
  for (const { status, body } of replies) {
    if (status !== 200) continue;
    const { account } = decodeJwt(body.access_token);
    expect(accounts.get(body.generation) ?? account).toBe(account);
    accounts.set(body.generation, account);
  }
}

async function rowOf({ grantId }: TwoAccounts) {
  const [row] = await instance.sql<{ account_id: string; revoked_at: Date | null; generation: number }>(
    "select account_id, revoked_at, generation from grants where id = $1",
    [grantId],
  );
  return row;
}

describe("a switch beside refreshes of other tabs, on two nodes", () => {
  it("is done or is told to come again; each generation is of one account, and nobody is signed out", async () => {
    const seen = new Set<number>();
    for (let round = 0; round < rounds; round++) {
      const person = await startWithTwoAccounts(instance);
      const [first, second, ...refreshes] = await Promise.all([
        switchTo(instance, person.team, person.refreshToken, { key: "switch" }),
        switchOnSecondNode(person, "switch"),
        present(instance, person.refreshToken, { key: "tab-1" }),
        present(instance, person.refreshToken, { key: "tab-2" }),
        present(instance, person.refreshToken),
      ]);
      expectOneAccountEach([first, second, ...refreshes]);
      expect(refreshes.map(({ status }) => status)).toEqual([200, 200, 200]);
      for (const reply of [first, second]) {
        seen.add(reply.status);
        if (reply.status === 200) expect(accountOf(reply).account).toBe(person.team);
        else expect(reply.body.reason).toBe("refresh_superseded");
      }
      const [{ body }] = refreshes;
      const after = await switchTo(instance, person.team, body.refresh_token);
      expect(accountOf(after).account).toBe(person.team);
      expect(await rowOf(person)).toMatchObject({ account_id: person.team, revoked_at: null });
    }
    expect(seen).toContain(200);
  });

  it("to two accounts at once ends in one of them, which both tabs agree about", async () => {
    for (let round = 0; round < rounds; round++) {
      const person = await startWithTwoAccounts(instance);
      const { accounts } = instance.holdfast;
      const other = await accounts.create({ name: "Another team", ownerId: person.userId });
      const replies = await Promise.all([
        switchTo(instance, person.team, person.refreshToken, { key: "to-team" }),
        switchTo(instance, other, person.refreshToken, { key: "to-other" }),
      ]);
      expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
      const [winner] = replies.filter(({ status }) => status === 200);
      expect((await rowOf(person))?.account_id).toBe(winner && accountOf(winner).account);
    }
  });
});

describe("a switch beside an end", () => {
  it("of the session never answers once that was acknowledged, and leaves nothing alive", async () => {
    for (let round = 0; round < rounds; round++) {
      const person = await startWithTwoAccounts(instance);
      const [reply] = await Promise.all([
        switchTo(instance, person.team, person.refreshToken, { key: "switch" }),
        secondNode.sessions.revoke({ id: person.sessionId }, "session_revoked"),
      ]);
      if (reply.status !== 200) expect(reply.body).toMatchObject({ error: "invalid_grant", reason: "session_revoked" });
      const after = await switchTo(instance, person.own, reply.body.refresh_token ?? person.refreshToken);
      expect(after.body.reason).toBe("session_revoked");
      expect((await rowOf(person))?.revoked_at).not.toBeNull();
    }
  });

  it("of the account it goes to leaves no grant of that account alive", async () => {
    for (let round = 0; round < rounds; round++) {
      const person = await startWithTwoAccounts(instance);
      const [reply] = await Promise.all([
        switchTo(instance, person.team, person.refreshToken),
        secondNode.accounts.close(person.team, "a test"),
      ]);
      const row = await rowOf(person);
      if (reply.status === 200) expect(row).toMatchObject({ account_id: person.team, revoked_at: expect.any(Date) });
      else {
        expect(reply.body.reason).toBe("account_forbidden");
        expect(row).toMatchObject({ account_id: person.own, revoked_at: null, generation: 1 });
      }
    }
  });

  it("of the account it comes from ends it or lets it go, whichever was first", async () => {
    for (let round = 0; round < rounds; round++) {
      const person = await startWithTwoAccounts(instance);
      const [reply] = await Promise.all([
        switchTo(instance, person.team, person.refreshToken),
        secondNode.accounts.close(person.own, "a test"),
      ]);
      const row = await rowOf(person);
      if (reply.status === 200) expect(row).toMatchObject({ account_id: person.team, revoked_at: null });
      else {
        expect(reply.body.reason).toBe("account_closed");
        expect(row).toMatchObject({ account_id: person.own, revoked_at: expect.any(Date) });
      }
    }
  });

  it("of a role there never leaves the former one behind", async () => {
    for (let round = 0; round < rounds; round++) {
      const person = await startWithTwoAccounts(instance);
      await Promise.all([
        switchTo(instance, person.team, person.refreshToken),
        secondNode.accounts.changeRole(person.team, person.userId, "admin"),
      ]);
      const roles = await instance.sql("select account_id, role from grants where id = $1", [person.grantId]);
      expect(roles).toEqual([{ account_id: person.team, role: "admin" }]);
    }
  });
});
