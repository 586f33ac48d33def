import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findAxeViolations } from "./support/axe.ts";
import { launchChromium } from "./support/chromium.ts";
import { freePort } from "./support/free-port.ts";
import { type HoldfastProcess, startHoldfast } from "./support/holdfast-process.ts";
import { quickstartPage } from "./support/quickstart-page.ts";
import { createHeadlessBrowser } from "./upstream/headless-browser.ts";
import { startUpstream, type Upstream } from "./upstream/start-upstream.ts";
import { upstreamPassword } from "./upstream/users.ts";

/** Somebody else's providers, each a process of its own, and what is wrong with each. */
const upstreams = {
  partner: {},
  "four-minutes-fast": { clockOffsetSeconds: 240 },
  "twenty-minutes-fast": { clockOffsetSeconds: 1_200 },
  "hasty-codes": { codeTtlSeconds: 1 },
  "mixed-up": { misbehave: ["wrong-iss"] },
  babbling: { misbehave: ["garbage"] },
} as const;

let data: string;
let holdfast: HoldfastProcess;
let running: readonly Upstream[] = [];
let chromium: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "holdfast-e2e-"));
  const port = await freePort();
  const callback = `http://localhost:${port}/integrations/oauth2/callback`;
  running = await Promise.all(
    Object.values(upstreams).map((options) => startUpstream({ redirectUri: callback, ...options })),
  );
  const providers = Object.keys(upstreams).map((id, index) => providerConfig(id, running[index]));
  const nobody = `http://localhost:${await freePort()}`;
  const all = [...providers, { id: "down", name: "Down", issuer: nobody, clientId: "holdfast" }];
  [holdfast, chromium] = await Promise.all([
    startHoldfast({
      data,
      port,
      config: fileURLToPath(new URL("support/upstream.config.ts", import.meta.url)),
      env: { E2E_PROVIDERS: JSON.stringify(all) },
    }),
    launchChromium(),
  ]);
});
afterAll(async () => {
  await chromium?.close();
  await holdfast?.stop();
  await Promise.all(running.map((upstream) => upstream.stop()));
  await rm(data, { recursive: true, force: true });
});
beforeEach(async () => {
  context = await chromium.newContext();
  page = await context.newPage();
});
afterEach(() => context.close());

function providerConfig(id: string, upstream: Upstream | undefined) {
  if (!upstream) throw new Error(`${id} did not start`);
  const { issuer, clientId, clientSecret } = upstream;
  return { id, name: id.replaceAll("-", " "), issuer, clientId, clientSecret, timeout: "3s" };
}

function signinAddress(provider: string): string {
  return `${holdfast.ready.issuer}/signin/${provider}?client_id=quickstart`;
}

async function logIn(username: string): Promise<void> {
  await page.locator("input[name=username]").fill(username);
  await page.locator("input[name=password]").fill(upstreamPassword);
  await page.getByRole("button", { name: "Log in" }).click();
}

async function signInThrough(provider: string, username = "margaret"): Promise<void> {
  await page.goto(signinAddress(provider));
  await logIn(username);
  await page.getByRole("button", { name: "Allow" }).click();
}

async function expectFailure(code: string): Promise<void> {
  const { signinError } = quickstartPage(page);
  await signinError.waitFor();
  expect(await signinError.textContent()).toContain(code);
  // And it is explained where the page says it is.
  await page.goto(`${holdfast.ready.issuer}/errors/${code}`);
  expect(await page.textContent("body")).toContain(code);
}

describe("somebody else's provider", () => {
  it("is chosen on the chooser, asks for login and consent, and the person is in", async () => {
    await page.goto(holdfast.ready.example);
    await quickstartPage(page).signIn.click();
    expect(await findAxeViolations(page)).toEqual([]);
    await page.getByRole("link", { name: "partner" }).click();
    await logIn("margaret");
    await page.getByRole("button", { name: "Allow" }).click();
    const quickstart = quickstartPage(page);
    await quickstart.userName.waitFor();
    await quickstart.callApi.click();
    await quickstart.apiStatus.waitFor();
    expect(await quickstart.apiStatus.textContent()).toContain("200");
  });

  it("may have a clock four minutes fast", async () => {
    await signInThrough("four-minutes-fast");
    await quickstartPage(page).userName.waitFor();
  });

  it("may be down without harming anyone who is signed in", async () => {
    await signInThrough("partner", "barbara");
    const quickstart = quickstartPage(page);
    await quickstart.userName.waitFor();
    const other = await context.newPage();
    await other.goto(signinAddress("down"));
    const before = await quickstart.refreshes.count();
    await quickstart.refreshNow.click();
    await expect.poll(() => quickstart.refreshes.count(), { timeout: 10_000 }).toBe(before + 1);
  });
});

describe("on the bad roads, the person is back in the app with a named cause:", () => {
  it("consent denied", async () => {
    await page.goto(signinAddress("partner"));
    await logIn("edsger");
    await page.getByRole("button", { name: "Deny" }).click();
    await expectFailure("provider_denied");
  });

  it("the provider is down", async () => {
    await page.goto(signinAddress("down"));
    await expectFailure("provider_unavailable");
  });

  it("the provider's clock is twenty minutes fast", async () => {
    const arrival = page.waitForRequest((request) => request.url().includes("error_description="));
    await signInThrough("twenty-minutes-fast");
    expect(new URL((await arrival).url()).searchParams.get("error_description")).toMatch(/20 minutes ahead of ours/);
    await expectFailure("provider_clock_skew");
  });

  it("the answer names another issuer", async () => {
    await signInThrough("mixed-up");
    await expectFailure("provider_issuer_mismatch");
  });

  it("the token endpoint answers with a web page", async () => {
    await signInThrough("babbling");
    await expectFailure("provider_response_invalid");
  });

  it("the code has expired", async () => {
    const browser = createHeadlessBrowser();
    const callback = `${holdfast.ready.issuer}/integrations/oauth2/callback`;
    const login = await browser.open(signinAddress("hasty-codes"), callback);
    const consent = await browser.submit(
      login,
      "/login",
      { username: "margaret", password: upstreamPassword },
      callback,
    );
    const returned = await browser.submit(consent, "/allow", {}, callback);
    // The upstream's clock is the real one, and its code lives for a second of it.
    await wait(2_500);
    const arrived = await browser.open(returned.url, holdfast.ready.example);
    expect(arrived.url.searchParams.get("error")).toBe("provider_code_rejected");
  });
});

describe("a return that nobody began", () => {
  it("is refused on a page that says so, and signs nobody in", async () => {
    await page.goto(signinAddress("partner"));
    await page.goto(`${holdfast.ready.issuer}/integrations/oauth2/callback?code=stolen&state=guessed`);
    expect(await page.textContent("body")).toContain("signin_state_unknown");
    expect(await findAxeViolations(page)).toEqual([]);
    const session = await context.request.get(`${holdfast.ready.issuer}/session`);
    expect(session.status()).toBe(401);
  });

  it("is refused in another browser than the one it was begun in", async () => {
    const attacker = createHeadlessBrowser();
    const callback = `${holdfast.ready.issuer}/integrations/oauth2/callback`;
    const login = await attacker.open(signinAddress("partner"), callback);
    const consent = await attacker.submit(
      login,
      "/login",
      { username: "mallory", password: upstreamPassword },
      callback,
    );
    const returned = await attacker.submit(consent, "/allow", {}, callback);
    await page.goto(returned.url.href);
    expect(await page.textContent("body")).toContain("signin_browser_mismatch");
    const session = await context.request.get(`${holdfast.ready.issuer}/session`);
    expect(session.status()).toBe(401);
  });
});
