import { createHash, randomInt } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createOddInstance, type OddInstance } from "../providers/odd-provider.testing.ts";
import type { TestBrowser, Visit } from "../testing/browser.ts";
import { appOrigin, bodyClient, testClient } from "../testing/instance.ts";

const people = 3;
const browsers = 4;
const stormMs = 4_000;
const verifier = "v".repeat(43);
const challenge = createHash("sha256").update(verifier).digest("base64url");

let odd: OddInstance;
const userIds: string[] = [];
/** How often each step was answered with each status: shows that the storm was one. */
const answers: Record<string, number> = {};
const faults: string[] = [];

beforeAll(async () => {
  odd = await createOddInstance({ clients: [testClient, bodyClient] });
  for (let person = 0; person < people; person++) {
    odd.provider.behave({ claims: { sub: `person-${person}` } });
    await odd.instance.browser().open(`${odd.instance.issuer}/signin?client_id=app`, appOrigin);
  }
  for (const { id } of await odd.instance.sql<{ id: string }>("select id from users")) {
    userIds.push(id);
    await odd.instance.holdfast.accounts.create({ name: "Team", ownerId: id });
  }
  // Whoever comes, comes as anybody.
  const claims = {
    get sub() {
      return `person-${randomInt(people)}`;
    },
  };
  odd.provider.behave({ claims });
});
afterAll(() => odd.close());

async function note(step: string, { status, text }: { status: number; text: () => Promise<string> }): Promise<void> {
  const answer = `${step} ${status}`;
  answers[answer] = (answers[answer] ?? 0) + 1;
  if (status >= 500) faults.push(`${answer}: ${await text()}`);
}

const pick = <Item>(items: readonly Item[]): Item => items[randomInt(items.length)] as Item;

/** What a person's browser does. */
function stepsOf(browser: TestBrowser) {
  const { issuer } = odd.instance;

  async function signIn(query: string): Promise<Visit> {
    const page = await browser.open(`${issuer}/signin?${query}`, appOrigin);
    const accounts = [...page.html.matchAll(/name="account" value="([^"]+)"/g)].map(([, id = ""]) => id);
    const visit = accounts.length > 0 ? await choose(query, pick(accounts)) : page;
    await note("signin", { status: visit.response?.status ?? 303, text: async () => visit.html });
    return visit;
  }

  function choose(query: string, account: string): Promise<Visit> {
    const body = new URLSearchParams(`${query}&account=${account}`);
    return browser.open(`${issuer}/signin/account`, appOrigin, { method: "POST", headers: { Origin: issuer }, body });
  }

  async function post(step: string, path: string, body: Record<string, string>): Promise<void> {
    const headers = { Origin: appOrigin };
    const init = { method: "POST", headers, body: new URLSearchParams(body) };
    await note(step, await browser.request(issuer + path, init));
  }

  async function redeem(): Promise<void> {
    const { url } = await signIn(`client_id=device&code_challenge=${challenge}&code_challenge_method=S256`);
    const body = { client_id: "device", code: url.searchParams.get("code") ?? "none", code_verifier: verifier };
    const times = randomInt(1, 3);
    await Promise.all(Array.from({ length: times }, () => post("redeem", "/signin/redeem", body)));
  }

  const refresh = () => post("refresh", "/refresh", { client_id: "app" });
  return [
    () => signIn("client_id=app"),
    () => signIn("client_id=app&prompt=login"),
    redeem,
    refresh,
    () => Promise.all([refresh(), refresh()]),
    () => post("signout", "/signout", { client_id: "app" }),
  ];
}

/** What the operator does. */
const operations = [
  async () => {
    const id = pick(userIds);
    await odd.instance.holdfast.users.disable(id);
    await odd.instance.holdfast.users.enable(id);
  },
  async () => {
    const { accounts } = odd.instance.holdfast;
    const ownerId = pick(userIds);
    const id = await accounts.create({ name: "Team", ownerId });
    await accounts.addMember(id, pick(userIds.filter((other) => other !== ownerId)), "member");
    const [{ id: oldest } = { id }] = await odd.instance.sql<{ id: string }>(
      "select id from accounts where name = 'Team' and closed_at is null order by id limit 1",
    );
    await accounts.close(oldest, "the storm");
  },
  async () => {
    const [{ id } = { id: "" }] = await odd.instance.sql<{ id: string }>(
      "select id from sessions where revoked_at is null order by random() limit 1",
    );
    if (id) await odd.instance.holdfast.sessions.revoke({ id }, "session_revoked");
  },
];

/** Does one step after another, whichever, until the time is up. */
async function storm(steps: readonly (() => Promise<unknown>)[], until: number): Promise<void> {
  while (performance.now() < until) await pick(steps)();
}

it("amid everything at once, nothing lives on under what has ended, and nothing fails on our side", async () => {
  const until = performance.now() + stormMs;
  const visitors = Array.from({ length: browsers }, () => stepsOf(odd.instance.browser()));
  // Two loops share each browser: tabs.
  await Promise.all([...visitors, ...visitors, operations].map((steps) => storm(steps, until)));
  for (const id of userIds.slice(1)) await odd.instance.holdfast.users.disable(id);

  expect(faults).toEqual([]);
  for (const good of ["signin 303", "refresh 200", "redeem 200", "signout 303"])
    expect(answers[good]).toBeGreaterThan(0);
  const living = await odd.instance.sql(
    `select 'a grant of an ended session' as what, g.id from grants g join sessions s on s.id = g.session_id
       where g.revoked_at is null and s.revoked_at is not null
     union all select 'a session of a disabled user', s.id from sessions s join users u on u.id = s.user_id
       where s.revoked_at is null and u.disabled_at is not null
     union all select 'a grant of a closed account', g.id from grants g join accounts a on a.id = g.account_id
       where g.revoked_at is null and a.closed_at is not null
     union all select 'a grant of a session of somebody else', g.id from grants g join sessions s on s.id = g.session_id
       where g.user_id <> s.user_id
     union all select 'an end without its event', g.id from grants g
       where g.revoked_at is not null and not exists (select from events where grant_id = g.id and type = 'grant.revoked')
     union all select 'an end with several events', grant_id from events where type = 'grant.revoked'
       group by grant_id having count(*) > 1`,
  );
  expect(living).toEqual([]);
});
