import { randomBytes } from "node:crypto";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestInstance, type TestInstance } from "../packages/server/src/testing/instance.ts";
import { signInAs } from "../packages/server/src/testing/sign-in.ts";
import { launchChromium } from "./support/chromium.ts";
import { type CookieJar, createCookieJar } from "./support/cookie-jar.ts";
import { freePort } from "./support/free-port.ts";
import { type HttpRelay, startHttpRelay } from "./support/http-relay.ts";
import { buildNextApp, type NextBuild, type NextServer } from "./support/next-app.ts";
import {
  audience,
  isNewestGrantRevoked,
  nextClient,
  revokeNewestSession,
  signInToApp,
} from "./support/next-instance.ts";
import { createAging, generationsIn, readPage, sessionNames, untilRefreshed } from "./support/next-session.ts";

const clientSecret = randomBytes(24).toString("base64url");
const cookieSecret = randomBytes(32).toString("base64");
const { runOut, runOutIn } = createAging(cookieSecret);
const patience = { timeout: 10_000 };

let instance: TestInstance;
let relay: HttpRelay;
let build: NextBuild;
let app: NextServer;
let chromium: Browser;
let strictUrl: string;

beforeAll(async () => {
  const port = await freePort();
  const appUrl = `http://localhost:${port}`;
  strictUrl = `http://localhost:${await freePort()}`;
  const clients = [nextClient("web", appUrl, clientSecret), nextClient("strict", strictUrl, clientSecret, "0s")];
  [instance, build, chromium] = await Promise.all([
    createTestInstance({ clock: "system", background: true, config: { clients } }),
    buildNextApp(),
    launchChromium(),
  ]);
  relay = await startHttpRelay(instance.issuer);
  app = await build.start(port, environmentFor(appUrl));
});
afterAll(async () => {
  await Promise.all([chromium?.close(), app?.stop()]);
  await Promise.all([relay?.close(), instance?.close(), build?.remove()]);
});
afterEach(() => {
  for (const path of ["/", "/refresh", "/jwks", "/revoke", "/signin/redeem"]) relay.break(path, null);
});

function environmentFor(appUrl: string, clientId = "web"): Record<string, string> {
  return {
    HOLDFAST_ISSUER: instance.issuer,
    HOLDFAST_VIA: relay.origin,
    HOLDFAST_CLIENT_ID: clientId,
    HOLDFAST_CLIENT_SECRET: clientSecret,
    HOLDFAST_AUDIENCE: audience,
    HOLDFAST_APP_URL: appUrl,
    HOLDFAST_COOKIE_SECRET: cookieSecret,
  };
}

const signIn = (jar?: CookieJar, { origin } = app) => signInToApp(instance, origin, jar);

const recovered = (jar: CookieJar) => untilRefreshed(jar, `${app.origin}/dashboard`);

describe("a sign-in", () => {
  it("ends on the page that was asked for, with a session that only the server can read", async () => {
    const jar = createCookieJar();
    const kept = await jar.fetch(`${app.origin}/dashboard?tab=2`);
    expect(kept.status).toBe(303);
    expect(kept.headers.get("location")).toBe("/auth/signin?return_to=%2Fdashboard%3Ftab%3D2");
    await signIn(jar);
    expect(generationsIn(jar)).toEqual([1]);
    const page = await jar.fetch(`${app.origin}/dashboard`);
    expect(page.headers.getSetCookie()).toEqual([]);
    expect(await readPage(page)).toMatchObject({ state: "active", user: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  });

  it("is not taken from another browser, nor twice", async () => {
    const jar = createCookieJar();
    const begun = await jar.fetch(`${app.origin}/auth/signin`);
    const { search } = new URL(String(begun.headers.get("location")));
    const visit = await signInAs(instance, instance.browser(), { query: search, until: app.origin });
    const stolen = await fetch(visit.url, { redirect: "manual" });
    expect(stolen.headers.get("location")).toBe("/?from=sign-in&error=signin_state_unknown");
    expect(stolen.headers.getSetCookie()).toEqual([]);
    await jar.fetch(visit.url.href);
    expect(generationsIn(jar)).toEqual([1]);
    const again = await jar.fetch(visit.url.href);
    expect([again.headers.get("location"), generationsIn(jar)]).toEqual(["/", [1]]);
  });

  it("that is cancelled leads to the app's page for it", async () => {
    const jar = createCookieJar();
    const begun = await jar.fetch(`${app.origin}/auth/signin`);
    const browser = instance.browser();
    const page = await browser.open(String(begun.headers.get("location")));
    const visit = await browser.submit(page, { answer: "cancel" }, app.origin);
    const failed = await jar.fetch(visit.url.href);
    expect(failed.headers.get("location")).toMatch(/^\/\?from=sign-in&error=provider_denied&request_id=/);
    expect(jar.names).toEqual([]);
  });
});

describe("an access token that ran out", () => {
  it("is replaced before the page is rendered, which sees the new one", async () => {
    const jar = await signIn();
    const before = await readPage(await jar.fetch(`${app.origin}/dashboard`));
    await runOut(jar);
    const asked = relay.count("/refresh");
    const page = await jar.fetch(`${app.origin}/dashboard`);
    expect(page.headers.get("cache-control")).toBe("private, no-store");
    const after = await readPage(page);
    expect(after.state).toBe("active");
    expect(after["token-end"]).not.toBe(before["token-end"]);
    expect(generationsIn(jar)).toEqual([2]);
    expect(relay.count("/refresh")).toBe(asked + 1);
    const api = await jar.fetch(`${app.origin}/api/me`);
    expect(await api.json()).toMatchObject({ state: "active", tokenEnd: after["token-end"] });
  });

  it("is replaced by one request, however many ask for pages and programs at once", async () => {
    const jar = await signIn();
    await runOut(jar);
    const asked = relay.count("/refresh");
    const paths = ["/dashboard", "/", "/static", "/api/me", "/api/anyone"];
    const answers = await Promise.all([...paths, ...paths].map((path) => jar.send(`${app.origin}${path}`)));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    for (const answer of answers) jar.apply(answer);
    expect(generationsIn(jar)).toEqual([2]);
    expect(relay.count("/refresh")).toBe(asked + 1);
  });

  it("is replaced on a page that is the same for everybody, which no cache may then keep", async () => {
    const jar = await signIn();
    expect((await jar.fetch(`${app.origin}/static`)).headers.get("cache-control")).toContain("s-maxage");
    await runOut(jar);
    const page = await jar.fetch(`${app.origin}/static`);
    expect(page.headers.getSetCookie()).not.toEqual([]);
    expect(page.headers.get("cache-control")).toBe("private, no-store");
  });

  it("is replaced once where the answer got lost on the way to the app", async () => {
    const jar = await signIn();
    await runOut(jar);
    relay.break("/refresh", "lose");
    expect(await readPage(await jar.fetch(`${app.origin}/dashboard`))).toMatchObject({ state: "stale" });
    expect(generationsIn(jar)).toEqual([1]);
    relay.break("/refresh", null);
    expect(await readPage(await recovered(jar))).toMatchObject({ state: "active" });
    expect(generationsIn(jar)).toEqual([2]);
  });
});

describe("fault 50: Holdfast is down, on a protected page", () => {
  it.each([
    ["cuts every connection", "refuse"],
    ["answers 502 with a proxy's page", { status: 502, body: "<h1>Bad gateway</h1>" }],
    ["answers 401 with a portal's page", { status: 401, body: "<h1>Sign in to the network</h1>" }],
    ["answers 200 with a portal's page", { status: 200, body: "<h1>Welcome</h1>" }],
  ] as const)("%s: the page renders, the program gets a 503, and the cookie is kept", async (_case, fault) => {
    const jar = await signIn();
    await runOut(jar);
    const before = jar.header;
    relay.break("/", fault);
    const page = await jar.fetch(`${app.origin}/dashboard`);
    expect([page.status, page.headers.getSetCookie()]).toEqual([200, []]);
    expect(await readPage(page)).toMatchObject({ state: "stale", user: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    const api = await jar.fetch(`${app.origin}/api/me`);
    expect([api.status, api.headers.getSetCookie()]).toEqual([503, []]);
    expect(Number(api.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await api.json()).toMatchObject({ code: "temporarily_unavailable", retryable: true });
    const token = await jar.fetch(`${app.origin}/auth/token`, { method: "POST", headers: { origin: app.origin } });
    expect([token.status, (await token.json()).retryable]).toEqual([503, true]);
    expect(jar.header).toBe(before);
    relay.break("/", null);
    expect(await readPage(await recovered(jar))).toMatchObject({ state: "active" });
  });
});

describe("fault 51: of parallel requests the loser finishes last", () => {
  it("and the winner's cookie survives it", async () => {
    const jar = await signIn();
    await runOut(jar);
    const late = await jar.send(`${app.origin}/dashboard`);
    await jar.fetch(`${app.origin}/dashboard`);
    await runOut(jar);
    await jar.fetch(`${app.origin}/dashboard`);
    expect(generationsIn(jar)).toEqual([3]);
    jar.apply(late);
    expect(generationsIn(jar).sort()).toEqual([2, 3]);
    const page = await jar.fetch(`${app.origin}/dashboard`);
    expect(await readPage(page)).toMatchObject({ state: "active" });
    await runOut(jar);
    await jar.fetch(`${app.origin}/dashboard`);
    expect(generationsIn(jar)).toEqual([4]);
  });

  it("also where the two were answered by different processes", async () => {
    const port = await freePort();
    const other = await build.start(port, environmentFor(app.origin));
    try {
      const jar = await signIn();
      await runOut(jar);
      const asked = relay.count("/refresh");
      const answers = await Promise.all([app, other].map(({ origin }) => jar.send(`${origin}/dashboard`)));
      expect(relay.count("/refresh")).toBe(asked + 2);
      for (const answer of answers) jar.apply(answer);
      expect(generationsIn(jar)).toEqual([2]);
      await runOut(jar);
      expect(await readPage(await jar.fetch(`${other.origin}/dashboard`))).toMatchObject({ state: "active" });
      expect(generationsIn(jar)).toEqual([3]);
    } finally {
      await other.stop();
    }
  });
});

describe("fault 52: the keys cannot be fetched", () => {
  it("and nobody is refused or refreshed for it, by a process that has never seen them either", async () => {
    const jar = await signIn();
    relay.break("/jwks", { status: 503, body: "" });
    const asked = relay.count("/refresh");
    const cold = await build.start(await freePort(), environmentFor(app.origin));
    try {
      for (const origin of [app.origin, cold.origin, cold.origin]) {
        expect(await readPage(await jar.fetch(`${origin}/dashboard`))).toMatchObject({ state: "active" });
        expect((await jar.fetch(`${origin}/api/me`)).status).toBe(200);
      }
      expect(relay.count("/refresh")).toBe(asked);
    } finally {
      await cold.stop();
    }
  });
});

describe("the end of a session", () => {
  it("by the person: here, at Holdfast, and for answers that come late", async () => {
    const jar = await signIn();
    await runOut(jar);
    const late = await jar.send(`${app.origin}/dashboard`);
    const signOut = (headers: HeadersInit) => jar.fetch(`${app.origin}/auth/signout`, { method: "POST", headers });
    expect((await signOut({ origin: "https://evil.example" })).status).toBe(403);
    expect((await jar.fetch(`${app.origin}/auth/signout`)).status).toBe(405);
    expect(sessionNames(jar)).toHaveLength(1);
    const out = await signOut({ origin: app.origin });
    expect(out.headers.get("location")).toBe(
      `${instance.issuer}/signout?client_id=web&return_to=${encodeURIComponent(`${app.origin}/`)}`,
    );
    expect(sessionNames(jar)).toEqual([]);
    jar.apply(late);
    expect(sessionNames(jar)).toHaveLength(1);
    const home = await readPage(await jar.fetch(`${app.origin}/`));
    expect(home).toMatchObject({ state: "ended", reason: "signed_out" });
    expect((await jar.fetch(`${app.origin}/dashboard`)).status).toBe(303);
    expect(await isNewestGrantRevoked(instance)).toBe(true);
  });

  it("by the person, while Holdfast is down: it hears of it as soon as it can", async () => {
    const jar = await signIn();
    relay.break("/", "refuse");
    const out = await jar.fetch(`${app.origin}/auth/signout`, { method: "POST", headers: { origin: app.origin } });
    expect(out.headers.get("location")).toBe("/");
    expect(await readPage(await jar.fetch(`${app.origin}/`))).toMatchObject({ state: "ended", reason: "signed_out" });
    relay.break("/", null);
    await expect
      .poll(
        async () => {
          await jar.fetch(`${app.origin}/`);
          return isNewestGrantRevoked(instance);
        },
        { timeout: 15_000, interval: 250 },
      )
      .toBe(true);
  });

  it("by an operator reaches every page and program within a second, with the reason", async () => {
    const jar = await signIn();
    expect((await jar.fetch(`${app.origin}/api/me`)).status).toBe(200);
    await revokeNewestSession(instance);
    await expect.poll(async () => (await jar.send(`${app.origin}/api/me`)).status, { timeout: 1_000 }).toBe(401);
    const page = await jar.fetch(`${app.origin}/dashboard`);
    expect([page.status, page.headers.get("location")]).toEqual([303, "/auth/signin?return_to=%2Fdashboard"]);
    expect(sessionNames(jar)).toEqual([]);
    expect(await readPage(await jar.fetch(`${app.origin}/`))).toMatchObject({
      state: "ended",
      reason: "session_revoked",
    });
    await signIn(jar);
    expect(await readPage(await jar.fetch(`${app.origin}/dashboard`))).toMatchObject({ state: "active" });
  });
});

describe("a thief with a copy of the cookies", () => {
  it("is noticed when both have gone on from it, and the session is over for both", async () => {
    const strict = await build.start(Number(new URL(strictUrl).port), environmentFor(strictUrl, "strict"));
    // Another process: the first one remembers its answers for a while, and would give the thief the owner's.
    const elsewhere = await build.start(await freePort(), environmentFor(strictUrl, "strict"));
    try {
      const owner = await signIn(createCookieJar(), strict);
      const thief = createCookieJar(new Map(owner.names.map((name) => [name, String(owner.get(name))])));
      const refresh = async (jar: CookieJar, { origin }: NextServer) => {
        await runOut(jar);
        return readPage(await jar.fetch(`${origin}/`));
      };
      expect(await refresh(owner, strict)).toMatchObject({ state: "active" });
      expect(await refresh(thief, elsewhere)).toMatchObject({ state: "active" });
      expect(await refresh(owner, strict)).toMatchObject({ state: "active" });
      expect(await refresh(thief, elsewhere)).toMatchObject({ state: "ended", reason: "reuse_detected" });
      expect(await refresh(owner, strict)).toMatchObject({ state: "ended" });
    } finally {
      await Promise.all([strict.stop(), elsewhere.stop()]);
    }
  });
});

describe("in a real browser", () => {
  let context: BrowserContext;
  beforeEach(async () => {
    context = await chromium.newContext();
  });
  afterEach(() => context.close());

  async function signInAt(path: string): Promise<Page> {
    const page = await context.newPage();
    await page.goto(`${app.origin}/auth/signin?return_to=${encodeURIComponent(path)}`);
    await page.locator("button[name=person][value=ada-lovelace]").click();
    await page.waitForURL(app.origin + path);
    return page;
  }

  it("a person signs in, and signs out of the app and of Holdfast by its form", async () => {
    const page = await signInAt("/dashboard");
    expect(await page.getByTestId("state").textContent()).toBe("active");
    expect(await page.evaluate(() => document.cookie)).toBe("");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(`${app.origin}/`);
    expect(await page.getByTestId("reason").textContent()).toBe("signed_out");
    const [session] = await instance.sql("select revoked_reason from sessions order by id desc limit 1");
    expect(session).toEqual({ revoked_reason: "signed_out" });
  });

  it("the page's client gets tokens from the app's server, and another when it asks for another", async () => {
    const page = await signInAt("/live");
    const tokenEnd = page.getByTestId("client-token-end");
    await expect.poll(() => page.getByTestId("client-state").textContent(), patience).toBe("active");
    const asked = relay.count("/refresh");
    await page.getByRole("button", { name: "Get a token" }).click();
    await expect.poll(() => tokenEnd.textContent(), patience).toMatch(/^[\w-]{16}$/);
    expect(relay.count("/refresh")).toBe(asked);
    const first = await tokenEnd.textContent();
    await page.getByRole("button", { name: "Get another" }).click();
    await expect.poll(() => tokenEnd.textContent(), patience).not.toBe(first);
    expect(relay.count("/refresh")).toBe(asked + 1);
  });

  it("a page that was rendered while Holdfast was down comes back by itself, and loses nothing", async () => {
    const page = await signInAt("/live");
    await expect.poll(() => page.getByTestId("client-state").textContent(), patience).toBe("active");
    await runOutIn(context);
    relay.break("/", "refuse");
    await page.reload();
    expect(await page.getByTestId("state").textContent()).toBe("stale");
    await expect.poll(() => page.getByTestId("client-state").textContent(), patience).toBe("stale");
    await page.getByLabel("Notes").fill("half a thought");
    relay.break("/", null);
    await expect.poll(() => page.getByTestId("client-state").textContent(), { timeout: 20_000 }).toBe("active");
    await expect.poll(() => page.getByTestId("state").textContent(), patience).toBe("active");
    expect(await page.getByLabel("Notes").inputValue()).toBe("half a thought");
  });

  it("an operator's revocation reaches the page's client and the server's part of the page", async () => {
    const page = await signInAt("/live");
    await expect.poll(() => page.getByTestId("client-state").textContent(), patience).toBe("active");
    await page.getByLabel("Notes").fill("half a thought");
    await revokeNewestSession(instance);
    await page.getByRole("button", { name: "Get another" }).click();
    await expect.poll(() => page.getByTestId("client-state").textContent(), patience).toBe("ended");
    await expect.poll(() => page.getByTestId("state").textContent(), patience).toBe("ended");
    expect(await page.getByLabel("Notes").inputValue()).toBe("half a thought");
  });

  it("the client's own sign-out ends the session of every tab, and the grant at Holdfast", async () => {
    const page = await signInAt("/live");
    const other = await context.newPage();
    await other.goto(`${app.origin}/live`);
    for (const each of [page, other]) {
      await expect.poll(() => each.getByTestId("client-state").textContent(), patience).toBe("active");
    }
    await page.getByRole("button", { name: "Leave" }).click();
    for (const each of [page, other]) {
      await expect.poll(() => each.getByTestId("client-state").textContent(), patience).toBe("ended");
      await expect.poll(() => each.getByTestId("state").textContent(), patience).toBe("ended");
    }
    await expect.poll(() => isNewestGrantRevoked(instance), patience).toBe(true);
  });
});
