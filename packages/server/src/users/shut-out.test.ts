import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createOddInstance, type OddInstance, shownError } from "../providers/odd-provider.testing.ts";
import type { TestBrowser } from "../testing/browser.ts";
import { appOrigin, bodyClient, testClient } from "../testing/instance.ts";

let odd: OddInstance;
let browser: TestBrowser;
let people = 0;
let userId: string;
let accountId: string;

beforeAll(async () => {
  odd = await createOddInstance({ clients: [testClient, bodyClient] });
});
afterAll(() => odd.close());

beforeEach(async () => {
  const sub = `person-${++people}`;
  odd.provider.behave({ claims: { sub, name: sub } });
  browser = odd.instance.browser();
  await browser.open(`${odd.instance.issuer}/signin?client_id=app`, appOrigin);
  const [row] = await odd.instance.sql<{ user_id: string; account_id: string }>(
    "select m.user_id, m.account_id from members m join users u on u.id = m.user_id where u.name = $1",
    [sub],
  );
  userId = row?.user_id ?? "";
  accountId = row?.account_id ?? "";
});

async function refresh() {
  const response = await fetch(`${odd.instance.issuer}/refresh`, {
    method: "POST",
    headers: { cookie: browser.cookieHeader(`${odd.instance.issuer}/refresh`) },
    body: new URLSearchParams({ client_id: "app" }),
  });
  const { error, reason, retryable } = (await response.json()) as Record<string, unknown>;
  return { status: response.status, error, reason, retryable };
}

const session = async () => (await browser.request(`${odd.instance.issuer}/session`)).status;
const newSignIn = () => odd.instance.browser().open(`${odd.instance.issuer}/signin?client_id=app`, appOrigin);
const eventsSince = async (id: string) =>
  (
    await odd.instance.sql<{ type: string }>("select type from events where user_id = $1 and id > $2 order by id", [
      userId,
      id,
    ])
  ).map(({ type }) => type);
const lastEvent = async () =>
  (await odd.instance.sql<{ id: string }>("select max(id)::text as id from events"))[0]?.id ?? "";

describe.each([
  ["disabled", "user.disabled", "user_disabled"],
  ["removed", "user.deleted", "user_deleted"],
] as const)("a user who is %s", (what, event, revokedReason) => {
  const shutOut = () =>
    what === "disabled" ? odd.instance.holdfast.users.disable(userId) : odd.instance.holdfast.users.remove(userId);

  it("is out at once, everywhere (O5)", async () => {
    await newSignIn();
    expect((await refresh()).status).toBe(200);
    const before = await lastEvent();
    await shutOut();
    expect(await session()).toBe(401);
    expect(await refresh()).toMatchObject({ status: 400, error: "invalid_grant", retryable: false });
    const live = await odd.instance.sql("select id from sessions where user_id = $1 and revoked_at is null", [userId]);
    expect(live).toEqual([]);
    expect((await eventsSince(before)).filter((type) => type !== "token.refused")).toEqual([
      event,
      "grant.revoked",
      "grant.revoked",
      "session.revoked",
      "session.revoked",
    ]);
    const reasons = await odd.instance.sql("select distinct revoked_reason from sessions where user_id = $1", [userId]);
    expect(reasons).toEqual([{ revoked_reason: revokedReason }]);
  });

  it("is told so at a refresh, by a reason an app can show", async () => {
    await shutOut();
    expect(await refresh()).toMatchObject({ reason: "user_disabled" });
  });

  it("cannot sign in again", async () => {
    await shutOut();
    const visit = await newSignIn();
    expect(shownError(visit.html)).toBe("user_disabled");
    expect(visit.response?.status).toBe(403);
    expect(visit.response?.headers.getSetCookie()).toEqual([]);
  });

  it("cannot come in with a sign-in or a choice that was under way", async () => {
    const other = odd.instance.browser();
    const { url } = await other.open(
      `${odd.instance.issuer}/signin?client_id=app`,
      `${odd.instance.issuer}/integrations`,
    );
    await shutOut();
    expect(shownError(await (await other.request(url)).text())).toBe("user_disabled");
    const choice = await browser.request(`${odd.instance.issuer}/signin/account`, {
      method: "POST",
      headers: { Origin: odd.instance.issuer },
      body: new URLSearchParams({ client_id: "app", account: accountId }),
    });
    expect(choice.status).toBe(401);
  });

  it("cannot redeem a one-time code that was on its way", async () => {
    const verifier = "a".repeat(43);
    const challenge = "ZtNPunH49FD35FWYhT5Tv8I7vRKQJ8uxMaL0_9eHjNA";
    const { url } = await browser.open(
      `${odd.instance.issuer}/signin?client_id=device&code_challenge=${challenge}&code_challenge_method=S256`,
      appOrigin,
    );
    await shutOut();
    const response = await fetch(`${odd.instance.issuer}/signin/redeem`, {
      method: "POST",
      body: new URLSearchParams({
        client_id: "device",
        code: url.searchParams.get("code") ?? "",
        code_verifier: verifier,
      }),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: "invalid_grant" });
  });
});

describe("a user who is enabled again", () => {
  it("may sign in, but what was ended stays ended", async () => {
    await odd.instance.holdfast.users.disable(userId);
    await odd.instance.holdfast.users.enable(userId);
    expect(await session()).toBe(401);
    expect((await refresh()).status).toBe(400);
    expect((await newSignIn()).response).toBeUndefined();
  });
});

describe("disabling amid sign-ins", () => {
  it("leaves nothing live, whichever came first", async () => {
    for (let round = 0; round < 5; round++) {
      const arrivals = Array.from({ length: 4 }, newSignIn);
      await Promise.all([...arrivals, odd.instance.holdfast.users.disable(userId)]);
      const live = await odd.instance.sql(
        `select s.id from sessions s where s.user_id = $1 and s.revoked_at is null
         union all select g.id from grants g where g.user_id = $1 and g.revoked_at is null`,
        [userId],
      );
      expect(live).toEqual([]);
      await odd.instance.holdfast.users.enable(userId);
    }
  });
});
