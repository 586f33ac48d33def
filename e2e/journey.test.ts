import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findAxeViolations } from "./support/axe.ts";
import { launchChromium } from "./support/chromium.ts";
import { type HoldfastProcess, startHoldfast } from "./support/holdfast-process.ts";
import { quickstartPage } from "./support/quickstart-page.ts";

const patience = { timeout: 10_000 };

let data: string;
let holdfast: HoldfastProcess;
let chromium: Browser;
let context: BrowserContext;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "holdfast-e2e-"));
  [holdfast, chromium] = await Promise.all([startHoldfast({ data }), launchChromium()]);
});
afterAll(async () => {
  await chromium?.close();
  await holdfast?.stop();
  await rm(data, { recursive: true, force: true });
});
beforeEach(async () => {
  context = await chromium.newContext();
});
afterEach(() => context.close());

async function openQuickstart(): Promise<ReturnType<typeof quickstartPage>> {
  const page = await context.newPage();
  await page.goto(holdfast.ready.example);
  return quickstartPage(page);
}

async function choose(page: Page, person: string): Promise<void> {
  await page.locator(`button[name=person][value=${person}]`).click();
}

describe("a newcomer", () => {
  it("signs in, calls the API, refreshes, signs out in another tab, and sees the API refuse", async () => {
    const quickstart = await openQuickstart();
    await quickstart.signIn.click();
    await choose(quickstart.page, "ada-lovelace");
    await quickstart.userName.waitFor();
    expect(await quickstart.userName.textContent()).toBe("Ada Lovelace");
    expect(await quickstart.accountRole.textContent()).toBe("owner");
    expect(await quickstart.claim("iss").textContent()).toBe(holdfast.ready.issuer);
    expect(quickstart.page.url()).toBe(`${holdfast.ready.example}/`);

    await quickstart.callApi.click();
    await quickstart.apiStatus.waitFor();
    expect(await quickstart.apiStatus.textContent()).toContain("200");

    const before = await quickstart.refreshes.count();
    await quickstart.refreshNow.click();
    await expect.poll(() => quickstart.refreshes.count(), patience).toBe(before + 1);

    const other = await openQuickstart();
    await other.signOut.click();
    await other.ended.waitFor();
    await quickstart.ended.waitFor();

    await expect
      .poll(async () => {
        await quickstart.callOldToken.click();
        await quickstart.refusalStatus.waitFor();
        return quickstart.refusalStatus.textContent();
      }, patience)
      .toContain("401");
    expect(await quickstart.refusalCode.textContent()).toBe("token_revoked");
  });

  it("does all of it by keyboard alone", async () => {
    const quickstart = await openQuickstart();
    const { page } = quickstart;
    await quickstart.signIn.waitFor();
    await tabTo(page, "#sign-in");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${holdfast.ready.practice}/**`);
    await tabTo(page, "button[value=grace-hopper]");
    await page.keyboard.press("Enter");
    await quickstart.userName.waitFor();
    expect(await quickstart.userName.textContent()).toBe("Grace Hopper");
    await tabTo(page, "#call-api");
    await page.keyboard.press("Enter");
    await quickstart.apiStatus.waitFor();
    await tabTo(page, "#sign-out");
    await page.keyboard.press("Enter");
    await quickstart.ended.waitFor();
  });

  it("is told in the app when they cancel at the provider", async () => {
    const quickstart = await openQuickstart();
    await quickstart.signIn.click();
    await quickstart.page.locator("button[name=answer][value=cancel]").click();
    await quickstart.signinError.waitFor();
    expect(await quickstart.signinError.textContent()).toContain("provider_denied");
  });

  it("stays signed in over a reload, and in a second tab without asking the provider", async () => {
    const quickstart = await openQuickstart();
    await quickstart.signIn.click();
    await choose(quickstart.page, "alan-turing");
    await quickstart.userName.waitFor();
    await quickstart.page.reload();
    await quickstart.userName.waitFor();
    const second = await openQuickstart();
    await expect.poll(() => second.userName.textContent(), patience).toBe("Alan Turing");
  });
});

describe("an operator", () => {
  it("revokes a session from the command line, and every tab and the API know at once", async () => {
    const quickstart = await openQuickstart();
    await quickstart.signIn.click();
    await choose(quickstart.page, "katherine-johnson");
    await quickstart.userName.waitFor();
    const sid = await quickstart.claim("sid").textContent();
    const token = await quickstart.page.getByTestId("encoded-token").evaluate((element) => element.textContent);
    expect(token).toBeTruthy();
    await holdfast.command("session", "revoke", String(sid));
    await quickstart.ended.waitFor();
    expect(await quickstart.ended.textContent()).toContain("session_revoked");
  });

  it("disables a person, who is out in the app and cannot come back", async () => {
    const quickstart = await openQuickstart();
    await quickstart.signIn.click();
    await choose(quickstart.page, "alan-turing");
    await quickstart.userName.waitFor();
    await holdfast.command("user", "disable", "alan@example.com");
    await quickstart.ended.waitFor();
    expect(await quickstart.ended.textContent()).toContain("user_disabled");

    await quickstart.page.goto(`${holdfast.ready.issuer}/signin?client_id=quickstart`);
    await quickstart.signinError.waitFor();
    expect(await quickstart.signinError.textContent()).toContain("user_disabled");
    await holdfast.command("user", "enable", "alan@example.com");
  });

  it("closes an account, and nobody can sign in for it", async () => {
    const quickstart = await openQuickstart();
    await quickstart.signIn.click();
    await choose(quickstart.page, "grace-hopper");
    await quickstart.userName.waitFor();
    const account = await quickstart.claim("account").textContent();
    await holdfast.command("account", "close", String(account));
    await quickstart.ended.waitFor();
    expect(await quickstart.ended.textContent()).toContain("account_closed");
    await quickstart.page.goto(`${holdfast.ready.issuer}/signin?client_id=quickstart`);
    await quickstart.signinError.waitFor();
    expect(await quickstart.signinError.textContent()).toContain("account_closed");
  });
});

describe("the quickstart's page", () => {
  it.each(["light", "dark"] as const)(
    "has nothing that axe complains of, signed in, in the %s theme",
    async (colorScheme) => {
      await context.close();
      context = await chromium.newContext({ colorScheme });
      const quickstart = await openQuickstart();
      expect(await findAxeViolations(quickstart.page)).toEqual([]);
      await quickstart.signIn.click();
      await choose(quickstart.page, "ada-lovelace");
      await quickstart.userName.waitFor();
      await quickstart.callApi.click();
      await quickstart.apiStatus.waitFor();
      expect(await findAxeViolations(quickstart.page)).toEqual([]);
    },
  );
});

/** Presses Tab until the element has the focus, as a person without a mouse would. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((target) => document.activeElement?.matches(target) ?? false, selector)) return;
  }
  throw new Error(`Tab does not lead to ${selector}`);
}
