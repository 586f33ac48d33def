import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { shownError } from "../providers/odd-provider.testing.ts";
import { appOrigin, bodyClient, createTestInstance, type TestInstance, testClient } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";

let instance: TestInstance;
let cookie: string;
let refreshToken: string;
let sid: string;

beforeAll(async () => {
  instance = await createTestInstance({ hasPractice: false, config: { clients: [testClient, bodyClient] } });
});
afterAll(() => instance.close());

beforeEach(async () => {
  const started = await startSession(instance, { clientId: "device" });
  cookie = `holdfast_session=${started.cookie}`;
  refreshToken = started.refreshToken;
  sid = started.session.id;
});

const signout = (method: string, headers: Record<string, string> = {}, query = "?client_id=app") =>
  fetch(`${instance.issuer}/signout${query}`, { method, redirect: "manual", headers: { cookie, ...headers } });

async function isAlive(): Promise<boolean> {
  const session = await fetch(`${instance.issuer}/session`, { headers: { cookie } });
  const [row] = await instance.sql<{ live: boolean }>("select revoked_at is null as live from sessions where id = $1", [
    sid,
  ]);
  expect(session.status === 200).toBe(row?.live);
  return session.status === 200;
}

const refresh = () =>
  fetch(`${instance.issuer}/refresh`, {
    method: "POST",
    body: new URLSearchParams({ client_id: "device", refresh_token: refreshToken }),
  });

describe("signing out", () => {
  it("ends the session at the server: neither the old cookie nor the refresh token works again (O4, A5)", async () => {
    const response = await signout("POST", { origin: appOrigin });
    expect(response.status).toBe(200);
    expect(await isAlive()).toBe(false);
    const refused = await refresh();
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: "invalid_grant", reason: "signed_out", retryable: false });
    expect((await fetch(instance.issuer, { headers: { cookie, accept: "text/html" } })).status).toBe(200);
    const events = await instance.sql<{ type: string }>(
      "select type, data->>'reason' as reason from events where session_id = $1 and type like '%.revoked' order by id",
      [sid],
    );
    expect(events).toEqual([
      { type: "grant.revoked", reason: "signed_out" },
      { type: "session.revoked", reason: "signed_out" },
    ]);
  });

  it("by fetch is answered as JSON, with where to go; the cookies are gone", async () => {
    const response = await signout("POST", { origin: appOrigin, accept: "application/json" });
    expect(await response.json()).toEqual({ signed_out: true, redirect_to: null });
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect([...response.headers.getSetCookie()].sort()).toEqual([
      "holdfast_refresh.app=; Max-Age=0; Path=/refresh; HttpOnly; SameSite=Strict",
      "holdfast_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax",
    ]);
    const named = await fetch(`${instance.issuer}/signout`, {
      method: "POST",
      body: new URLSearchParams({ client_id: "app" }),
    });
    expect(await named.json()).toEqual({ signed_out: true, redirect_to: `${appOrigin}/goodbye` });
  });

  it("clears what the browser may hold: each grant's last refresh cookie, and the one before", async () => {
    const started = await startSession(instance, { clientId: "app" });
    const mark = started.grantId.slice(-12);
    await fetch(`${instance.issuer}/refresh`, {
      method: "POST",
      body: new URLSearchParams({ client_id: "app" }),
      headers: { cookie: `holdfast_refresh.app~1.${mark}=${started.refreshToken}` },
    });
    const response = await signout("POST", { origin: appOrigin, cookie: `holdfast_session=${started.cookie}` });
    expect(response.headers.getSetCookie().map((line) => line.split("; Path")[0])).toEqual([
      "holdfast_session=; Max-Age=0",
      "holdfast_refresh.app=; Max-Age=0",
      `holdfast_refresh.app~2.${mark}=; Max-Age=0`,
      `holdfast_refresh.app~1.${mark}=; Max-Age=0`,
    ]);
  });

  it("by a form leads to the app's goodbye, by 303", async () => {
    const response = await fetch(`${instance.issuer}/signout`, {
      method: "POST",
      redirect: "manual",
      headers: { cookie, origin: instance.issuer, accept: "text/html" },
      body: new URLSearchParams({ client_id: "app" }),
    });
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe(`${appOrigin}/goodbye`);
    expect(await isAlive()).toBe(false);
  });

  it("without an app's goodbye leads to our own page", async () => {
    const response = await signout("GET", {}, "?client_id=device");
    expect(response.status).toBe(303);
    const page = await fetch(new URL(response.headers.get("location") ?? "", instance.issuer), {
      headers: { accept: "text/html" },
    });
    expect(page.status).toBe(200);
    expect(page.headers.get("content-type")).toContain("text/html");
  });

  it("twice, or signed out already, is as good as once", async () => {
    for (let i = 0; i < 2; i++) expect((await signout("POST", { origin: appOrigin })).status).toBe(200);
    const events = await instance.sql("select id from events where session_id = $1 and type = 'session.revoked'", [
      sid,
    ]);
    expect(events).toHaveLength(1);
    cookie = "holdfast_session=nonsense";
    expect((await signout("GET")).status).toBe(303);
  });

  it("many times at once ends it once", async () => {
    await Promise.all(Array.from({ length: 10 }, () => signout("POST", { origin: appOrigin })));
    const events = await instance.sql("select type from events where session_id = $1 and type like '%.revoked'", [sid]);
    expect(events).toHaveLength(2);
  });
});

const foreign: readonly [string, Record<string, string>][] = [
  ["another site, told by Origin", { origin: "https://evil.example" }],
  ["an opaque origin", { origin: "null" }],
  ["another port", { origin: "http://localhost:1" }],
  ["the issuer over https", { origin: "https://localhost" }],
  ["a look-alike of an app", { origin: `${appOrigin}.evil.example` }],
  ["an Origin in capitals", { origin: appOrigin.toUpperCase() }],
  ["garbage as Origin", { origin: "garbage" }],
  ["another site, told by Sec-Fetch-Site", { "sec-fetch-site": "cross-site" }],
  ["a sibling site", { "sec-fetch-site": "same-site" }],
  ["a value nobody knows", { "sec-fetch-site": "purple" }],
  ["another site, told by Referer", { referer: "https://evil.example/page" }],
  ["an app in the path of the Referer", { referer: `https://evil.example/${appOrigin}` }],
  ["another site that pretends by Referer", { origin: "https://evil.example", referer: `${appOrigin}/` }],
];

describe("GET /signout, which any page can link or embed (O9, A5)", () => {
  it.each(foreign)("from %s asks first", async (_where, headers) => {
    const response = await signout("GET", { accept: "text/html", ...headers });
    expect(response.status).toBe(200);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await response.text()).toContain('action="/signout"');
    expect(await isAlive()).toBe(true);
  });

  it.each<[string, Record<string, string>]>([
    [
      "an app's page",
      { referer: `${appOrigin}/settings`, "sec-fetch-site": "same-site", "sec-fetch-dest": "document" },
    ],
    ["our own page", { "sec-fetch-site": "same-origin", "sec-fetch-dest": "document" }],
    ["the address bar", { "sec-fetch-site": "none", "sec-fetch-dest": "document" }],
    ["a program", {}],
  ])("from %s signs out", async (_where, headers) => {
    expect((await signout("GET", headers)).status).toBe(303);
    expect(await isAlive()).toBe(false);
  });

  it.each(["image", "iframe", "frame", "script", "style", "object", "embed", "empty"])(
    "embedded in an app's page as %s, where anyone may have put it, asks first",
    async (destination) => {
      const response = await signout("GET", {
        referer: `${appOrigin}/`,
        "sec-fetch-site": "same-site",
        "sec-fetch-dest": destination,
      });
      expect(response.status).toBe(200);
      expect(await isAlive()).toBe(true);
    },
  );

  it.each(["prefetch", "prefetch;prerender"])("fetched ahead of a visit (%s) asks first", async (purpose) => {
    await signout("GET", { "sec-fetch-site": "none", "sec-fetch-dest": "document", "sec-purpose": purpose });
    expect(await isAlive()).toBe(true);
  });

  it("asked by HEAD changes nothing", async () => {
    await signout("HEAD");
    expect(await isAlive()).toBe(true);
  });

  it("asks with a form that does it", async () => {
    const page = await (await signout("GET", { "sec-fetch-site": "cross-site", accept: "text/html" })).text();
    const hidden = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(
      ([, name = "", value = ""]) => [name, value],
    );
    const response = await fetch(`${instance.issuer}/signout`, {
      method: "POST",
      redirect: "manual",
      headers: { cookie, origin: instance.issuer, accept: "text/html" },
      body: new URLSearchParams(hidden),
    });
    expect(response.headers.get("location")).toBe(`${appOrigin}/goodbye`);
    expect(await isAlive()).toBe(false);
  });
});

describe("POST /signout", () => {
  it.each(foreign)("from %s is refused", async (_where, headers) => {
    const response = await signout("POST", { accept: "text/html", ...headers });
    expect(response.status).toBe(403);
    expect(shownError(await response.text())).toBe("origin_not_allowed");
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
    expect(await isAlive()).toBe(true);
  });
});
