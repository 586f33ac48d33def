import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createOddInstance, type OddInstance, shownError } from "../providers/odd-provider.testing.ts";
import type { TestBrowser } from "../testing/browser.ts";
import { appOrigin } from "../testing/instance.ts";

let odd: OddInstance;
let browser: TestBrowser;
let people = 0;
let own: string;
let team: string;
let closed: string;
let foreign: string;
let userId: string;

beforeAll(async () => {
  odd = await createOddInstance();
});
afterAll(() => odd.close());

/** A person with an account of their own, a team, and one that is closed; and an account they are no member of. */
beforeEach(async () => {
  const { accounts } = odd.instance.holdfast;
  const sub = `person-${++people}`;
  odd.provider.behave({ claims: { sub, name: sub } });
  browser = odd.instance.browser();
  await browser.open(`${odd.instance.issuer}/signin`, appOrigin);
  const [row] = await odd.instance.sql<{ user_id: string; account_id: string }>(
    "select m.user_id, m.account_id from members m join users u on u.id = m.user_id where u.name = $1",
    [sub],
  );
  userId = row?.user_id ?? "";
  own = row?.account_id ?? "";
  foreign = await accounts.create({ name: "Foreign", ownerId: await makeUser() });
  team = await accounts.create({ name: "Team <b>&</b> friends", ownerId: userId });
  closed = await accounts.create({ name: "Closed", ownerId: userId });
  await accounts.close(closed, "a test");
});

async function makeUser(): Promise<string> {
  const [row] = await odd.instance.sql<{ id: string }>(
    "insert into users (id, name, created_at) values (gen_random_uuid(), 'Somebody else', now()) returning id",
  );
  return row?.id ?? "";
}

const choose = (account: string | undefined, headers: Record<string, string> = { Origin: odd.instance.issuer }) =>
  browser.request(`${odd.instance.issuer}/signin/account`, {
    method: "POST",
    headers,
    body: new URLSearchParams({ client_id: "app", ...(account === undefined ? {} : { account }) }),
  });

async function grantsOf(account: string): Promise<number> {
  const [row] = await odd.instance.sql<{ count: number }>(
    "select count(*)::int from grants where account_id = $1 and revoked_at is null",
    [account],
  );
  return row?.count ?? 0;
}

describe("with several accounts", () => {
  it("a person is asked which, the last used first, and never shown a closed or a foreign one (A1, A9)", async () => {
    const page = await browser.open(`${odd.instance.issuer}/signin`, appOrigin);
    expect(page.response?.status).toBe(200);
    expect(page.html).toContain(own);
    expect(page.html).toContain(team);
    expect(page.html).not.toContain(closed);
    expect(page.html).not.toContain(foreign);
    expect(page.html.indexOf(own)).toBeLessThan(page.html.indexOf(team));
    expect(page.html).toContain("Team &lt;b&gt;&amp;&lt;/b&gt; friends");
    const policy = page.response?.headers.get("content-security-policy");
    expect(policy).toContain(`form-action 'self' ${appOrigin}`);
  });

  it("the choice starts a grant for that account, and it is the first one offered the next time", async () => {
    const response = await choose(team);
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe(`${appOrigin}/`);
    expect(await grantsOf(team)).toBe(1);
    odd.instance.clock.advance(1_000);
    const page = await browser.open(`${odd.instance.issuer}/signin`, appOrigin);
    expect(page.html.indexOf(team)).toBeLessThan(page.html.indexOf(own));
  });

  it("the app can name the account, and nobody is asked", async () => {
    const visit = await browser.open(`${odd.instance.issuer}/signin?account=${team}`, appOrigin);
    expect(visit.response).toBeUndefined();
    expect(await grantsOf(team)).toBe(1);
  });

  it("a new sign-in keeps what was asked for on its way through the provider and the choice", async () => {
    const fresh = odd.instance.browser();
    const returnTo = `${appOrigin}/deep?x=1#part`;
    const page = await fresh.open(`${odd.instance.issuer}/signin?return_to=${encodeURIComponent(returnTo)}`, appOrigin);
    const hidden = new URLSearchParams(
      [...page.html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(
        ([, name = "", value = ""]) => [name, value],
      ),
    );
    hidden.set("account", team);
    const response = await fresh.request(`${odd.instance.issuer}/signin/account`, {
      method: "POST",
      headers: { Origin: odd.instance.issuer },
      body: hidden,
    });
    expect(response.headers.get("location")).toBe(returnTo);
  });

  it("prompt=select_account asks also those who have one account only", async () => {
    await odd.instance.sql("delete from members where user_id = $1 and account_id <> $2", [userId, own]);
    expect((await browser.open(`${odd.instance.issuer}/signin`, appOrigin)).response).toBeUndefined();
    const page = await browser.open(`${odd.instance.issuer}/signin?prompt=select_account`, appOrigin);
    expect(page.html).toContain(own);
  });

  it("/signin/account asks again, and sends to sign in whoever is not", async () => {
    const page = await browser.open(`${odd.instance.issuer}/signin/account`, appOrigin);
    expect(page.html).toContain(team);
    const response = await odd.instance.browser().request(`${odd.instance.issuer}/signin/account?client_id=app`);
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toMatch(/^\/signin\?client_id=app/);
  });
});

describe("a choice", () => {
  it.each<[string, () => string, number, string]>([
    ["an account of others", () => foreign, 403, "account_forbidden"],
    ["a closed account", () => closed, 403, "account_closed"],
    ["an account that does not exist", () => "01a1fc14-d251-7d58-a779-231a4e53c518", 403, "account_forbidden"],
    ["no id at all", () => "1 or 1=1", 400, "invalid_request"],
    ["a user's id", () => userId, 403, "account_forbidden"],
  ])("of %s is refused", async (_what, account, status, code) => {
    const response = await choose(account());
    expect(response.status).toBe(status);
    expect(shownError(await response.text())).toBe(code);
    expect(response.headers.getSetCookie()).toEqual([]);
    const link = await browser.open(
      `${odd.instance.issuer}/signin?account=${encodeURIComponent(account())}`,
      appOrigin,
    );
    expect(shownError(link.html)).toBe(code);
  });

  it("of an account one was removed from a moment ago is refused", async () => {
    await odd.instance.sql("delete from members where user_id = $1 and account_id = $2", [userId, team]);
    expect((await choose(team)).status).toBe(403);
  });

  it("of nothing asks again", async () => {
    const response = await choose(undefined);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain(team);
  });

  it.each<[string, Record<string, string>]>([
    ["another site", { Origin: "https://evil.example" }],
    ["an app's page", { Origin: appOrigin }],
    ["a sandboxed page", { Origin: "null" }],
    ["another port", { Origin: "http://localhost:1" }],
    ["a page that hides its origin", { "Sec-Fetch-Site": "cross-site" }],
    ["a sibling site", { "Sec-Fetch-Site": "same-site" }],
    ["a page told by its referrer", { Referer: "https://evil.example/x" }],
    ["nowhere", {}],
  ])("posted from %s is refused (O9)", async (_where, headers) => {
    const response = await choose(team, headers);
    expect(response.status).toBe(403);
    expect(shownError(await response.text())).toBe("origin_not_allowed");
    expect(await grantsOf(team)).toBe(0);
  });

  it("of nobody is refused", async () => {
    browser = odd.instance.browser();
    const response = await choose(team);
    expect(response.status).toBe(401);
    expect(shownError(await response.text())).toBe("login_required");
  });
});
