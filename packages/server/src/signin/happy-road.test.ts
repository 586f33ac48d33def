import { createRemoteJWKSet, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestBrowser } from "../testing/browser.ts";
import { appOrigin, createTestInstance, type TestInstance, testClient } from "../testing/instance.ts";
import { signInAs } from "../testing/sign-in.ts";
import { callbackPath } from "./index.ts";

let instance: TestInstance;
beforeAll(async () => {
  const second = { ...testClient, id: "second", origins: [], signin: { success: "http://localhost:5998/" } };
  instance = await createTestInstance({ config: { clients: [testClient, second] } });
});
afterAll(() => instance.close());

interface Hop {
  readonly status: number;
  readonly location: string;
  readonly setCookies: readonly string[];
}

/** Walks a sign-in redirect by redirect. */
async function walk(browser: TestBrowser, person: string, query = "?client_id=app"): Promise<Hop[]> {
  const hops: Hop[] = [];
  const recording: TestBrowser = {
    ...browser,
    async request(url, init) {
      const response = await browser.request(url, init);
      const location = response.headers.get("location");
      if (location !== null && String(url).startsWith(instance.issuer)) {
        hops.push({ status: response.status, location, setCookies: response.headers.getSetCookie() });
      }
      return response;
    },
  };
  let url = `${instance.issuer}/signin${query}`;
  let init: RequestInit | undefined;
  for (let i = 0; i < 20 && !url.startsWith(appOrigin); i++) {
    const response = await recording.request(url, init);
    init = undefined;
    const location = response.headers.get("location");
    if (location !== null) {
      url = new URL(location, url).href;
      continue;
    }
    const action = /<form[^>]* action="([^"]+)"/.exec(await response.text())?.[1] ?? "";
    url = new URL(action, url).href;
    init = { method: "POST", body: new URLSearchParams({ person }) };
  }
  return hops;
}

async function refresh(browser: TestBrowser) {
  const response = await fetch(`${instance.issuer}/refresh`, {
    method: "POST",
    headers: { cookie: browser.cookieHeader(`${instance.issuer}/refresh`), origin: appOrigin },
    body: new URLSearchParams({ client_id: "app" }),
  });
  return { response, answer: (await response.json()) as Record<string, string | number> };
}

const eventTypes = async (after: string) =>
  (await instance.sql<{ type: string }>("select type from events where id > $1 order by id", [after])).map(
    ({ type }) => type,
  );

const lastEvent = async () =>
  (await instance.sql<{ id: string }>("select coalesce(max(id), 0)::text as id from events"))[0]?.id ?? "0";

describe("a first sign-in", () => {
  it("goes by 303 only, sets the cookies with exactly their attributes, and shows no secret in an address", async () => {
    const browser = instance.browser();
    const before = await lastEvent();
    const hops = await walk(browser, "grace-hopper");

    expect(hops.map(({ status }) => status)).toEqual([303, 303]);
    const [out, back] = hops;
    expect(back?.location).toBe(`${appOrigin}/`);
    const asked = new URL(out?.location ?? "").searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: "code",
      client_id: "holdfast",
      code_challenge_method: "S256",
      scope: "openid profile email",
      redirect_uri: `${instance.issuer}${callbackPath}`,
    });
    for (const name of ["state", "nonce", "code_challenge"]) expect(asked.get(name)).toMatch(/^[\w-]{43}$/);

    expect(out?.setCookies).toEqual([
      expect.stringMatching(/^holdfast_signin=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/),
    ]);
    expect([...(back?.setCookies ?? [])].sort()).toEqual([
      expect.stringMatching(
        /^holdfast_refresh\.app~1\.[0-9a-f]{12}=hf_rt_[\w-]+; Max-Age=7776000; Path=\/refresh; HttpOnly; SameSite=Strict$/,
      ),
      expect.stringMatching(/^holdfast_session=hf_s_[\w-]{64}; Max-Age=7776000; Path=\/; HttpOnly; SameSite=Lax$/),
    ]);
    expect(await eventTypes(before)).toEqual([
      "user.created",
      "account.created",
      "member.added",
      "session.started",
      "grant.started",
    ]);
  });

  it("makes a user with the identity, and an account of which they are the owner", async () => {
    const rows = await instance.sql(
      `select u.name, u.email, i.subject, i.issuer, i.provider, i.email_verified, a.name as account, m.role
       from users u join identities i on i.user_id = u.id join members m on m.user_id = u.id
       join accounts a on a.id = m.account_id where i.subject = 'grace-hopper'`,
    );
    expect(rows).toEqual([
      {
        name: "Grace Hopper",
        email: "grace@example.com",
        subject: "grace-hopper",
        issuer: instance.practice?.issuer,
        provider: "practice",
        email_verified: true,
        account: "Grace Hopper",
        role: "owner",
      },
    ]);
  });

  it("gives an access token that others can verify, and that says who, where and for whom", async () => {
    const browser = instance.browser();
    await signInAs(instance, browser, { person: "grace-hopper", query: "?client_id=app" });
    const { answer } = await refresh(browser);
    const keys = createRemoteJWKSet(new URL(`${instance.issuer}/jwks`));
    const { payload } = await jwtVerify(String(answer.access_token), keys, {
      issuer: instance.issuer,
      audience: "https://api.example.com",
      typ: "at+jwt",
      algorithms: ["ES256"],
      currentDate: new Date(instance.clock.now()),
    });
    const [row] = await instance.sql<{ id: string; account_id: string }>(
      "select u.id, m.account_id from users u join members m on m.user_id = u.id where u.name = 'Grace Hopper'",
    );
    expect(payload).toMatchObject({ sub: row?.id, client_id: "app", sid: answer.sid, role: "owner" });
    expect(JSON.stringify(payload)).toContain(row?.account_id);
    expect(answer.refresh_token).toBeUndefined();
  });
});

describe("a second sign-in", () => {
  it("finds the same user", async () => {
    const before = await lastEvent();
    await walk(instance.browser(), "grace-hopper");
    expect(await eventTypes(before)).toEqual(["session.started", "grant.started"]);
    expect(await instance.sql("select id from users")).toHaveLength(1);
    expect(await instance.sql("select id from accounts")).toHaveLength(1);
  });

  it("in the same browser does not ask the provider, and starts a grant of its own for another client", async () => {
    const browser = instance.browser();
    await signInAs(instance, browser, { person: "grace-hopper", query: "?client_id=app" });
    const session = browser.cookieHeader(instance.issuer);
    const before = await lastEvent();
    const response = await browser.request(`${instance.issuer}/signin?client_id=second`);
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe("http://localhost:5998/");
    expect(browser.cookieHeader(instance.issuer)).toBe(session);
    expect(browser.cookieNames).toContainEqual(expect.stringMatching(/^holdfast_refresh\.second~1\./));
    expect(await eventTypes(before)).toEqual(["grant.started"]);
    expect((await refresh(browser)).response.status).toBe(200);
  });
});

describe("prompt=login", () => {
  it("asks the provider again although somebody is signed in, and goes on under a new cookie", async () => {
    const browser = instance.browser();
    await signInAs(instance, browser, { person: "grace-hopper", query: "?client_id=app" });
    const cookie = browser.cookieHeader(instance.issuer);
    const page = await browser.open(`${instance.issuer}/signin?client_id=app&prompt=login`, appOrigin);
    expect(page.url.origin).toBe(instance.practice?.issuer);
    const before = await lastEvent();
    await browser.submit(page, { person: "grace-hopper" }, appOrigin);
    expect(await eventTypes(before)).toEqual(["session.reauthenticated", "grant.started"]);
    expect(browser.cookieHeader(instance.issuer)).not.toBe(cookie);
  });

  it("as somebody else ends the session that was there", async () => {
    const browser = instance.browser();
    await signInAs(instance, browser, { person: "grace-hopper", query: "?client_id=app" });
    const former = browser.cookieHeader(`${instance.issuer}/refresh`);
    const page = await browser.open(`${instance.issuer}/signin?client_id=app&prompt=login`, appOrigin);
    await browser.submit(page, { person: "alan-turing" }, appOrigin);
    const response = await fetch(`${instance.issuer}/refresh`, {
      method: "POST",
      headers: { cookie: former },
      body: new URLSearchParams({ client_id: "app" }),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: "invalid_grant", reason: "session_revoked" });
  });

  it("that is cancelled leaves nobody signed in who was not", async () => {
    const browser = instance.browser();
    const page = await browser.open(`${instance.issuer}/signin?client_id=app&prompt=login`, appOrigin);
    const refused = await browser.submit(page, { answer: "cancel" }, appOrigin);
    expect(refused.html).toContain("/errors/provider_denied");
    expect(browser.cookieNames).not.toContain("holdfast_session");
  });

  it.each(["none", "consent", "create", "login select_account", "LOGIN", ""])(
    "is not the same as prompt=%s, which is refused",
    async (prompt) => {
      const response = await fetch(`${instance.issuer}/signin?client_id=app&prompt=${encodeURIComponent(prompt)}`, {
        redirect: "manual",
      });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ code: "invalid_request", problems: [{ path: "prompt" }] });
    },
  );
});
