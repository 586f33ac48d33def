/** The Convex example in Chromium: the real `convex` client, a deployment that speaks its protocol, a real Holdfast. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findAxeViolations } from "./support/axe.ts";
import { launchChromium } from "./support/chromium.ts";
import { type ConvexExamplePage, openConvexExample } from "./support/convex-example-page.ts";
import { type HoldfastProcess, startHoldfast } from "./support/holdfast-process.ts";

const config = fileURLToPath(new URL("../examples/convex/holdfast.config.ts", import.meta.url));
const patience = { timeout: 15_000 };

let data: string;
let holdfast: HoldfastProcess;
let chromium: Browser;
let context: BrowserContext;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "holdfast-convex-"));
  [holdfast, chromium] = await Promise.all([startHoldfast({ data, config }), launchChromium()]);
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

const open = () => openConvexExample(context, holdfast.ready.example);

async function signIn(person: string): Promise<ConvexExamplePage> {
  const tab = await open();
  await tab.signIn.click();
  await tab.page.locator(`button[name=person][value=${person}]`).click();
  await tab.items.waitFor();
  return tab;
}

/** Two tabs of one person, with nothing on its way. */
async function twoTabs(person: string): Promise<[ConvexExamplePage, ConvexExamplePage]> {
  const first = await signIn(person);
  const second = await open();
  await second.items.waitFor();
  return [first, second];
}

async function add(tab: ConvexExamplePage, text: string): Promise<void> {
  await tab.newItem.fill(text);
  await tab.newItem.press("Enter");
}

it("shows who Convex takes a person for, and a line written in one tab in the other", async () => {
  const [first, second] = await twoTabs("ada-lovelace");
  await expect.poll(() => first.name.textContent(), patience).toBe("Ada Lovelace");
  expect(await first.sessionState.textContent()).toBe("active");
  expect(await first.convexState.textContent()).toBe("authenticated");
  await add(first, "written in the first tab");
  await second.items.getByText("written in the first tab").waitFor();
  await second.page.getByLabel("written in the first tab").check();
  await first.items.locator(".done").getByText("written in the first tab").waitFor();
});

describe("nothing flashes, in either tab", () => {
  it.each(["drop", "refuse"])("on %s", async (fault) => {
    const tabs = await twoTabs("grace-hopper");
    const before = await Promise.all(tabs.map(({ connections }) => connections.textContent()));
    await tabs[0].fault(fault).click();
    // Each of them has lost its connection, made another, and hears of what is written there.
    for (const [index, { connections }] of tabs.entries()) {
      await expect.poll(() => connections.textContent(), patience).not.toBe(before[index]);
    }
    await add(tabs[0], `after ${fault}`);
    await tabs[1].items.getByText(`after ${fault}`).waitFor();
    await expectUnbroken(tabs);
  });

  it("while no token is confirmed: what is written meanwhile stands there, and arrives once", async () => {
    const tabs = await twoTabs("grace-hopper");
    await tabs[0].fault("hold").click();
    await expect.poll(() => tabs[0].outcome.textContent()).toContain("8 seconds");
    await add(tabs[0], "written while held");
    await tabs[0].items.getByText("sending…").waitFor();
    await tabs[1].items.getByText("written while held").waitFor(patience);
    await expect.poll(() => tabs[0].items.getByText("sending…").count(), patience).toBe(0);
    expect(await tabs[0].items.getByText("written while held").count()).toBe(1);
    await expectUnbroken(tabs);
  });
});

it("nothing flashes while Holdfast is away and Convex waits for a token", async () => {
  const tabs = await twoTabs("katherine-johnson");
  const everything = `${holdfast.ready.issuer}/**`;
  await context.route(everything, (route) => route.abort());
  await tabs[0].fault("refuse").click();
  for (const tab of tabs) {
    await expect.poll(() => tab.socket.textContent()).toBe("not connected");
    await expect.poll(() => tab.sessionState.textContent(), patience).toMatch(/degraded|stale/);
    expect(await tab.convexState.textContent()).toBe("authenticated");
    expect(await tab.items.isVisible()).toBe(true);
  }
  await context.unroute(everything);
  for (const tab of tabs) {
    await expect.poll(() => tab.socket.textContent(), { timeout: 60_000 }).toBe("connected");
    expect(await tab.history("list")).toBe("waiting good");
    expect(await tab.history("convex")).toBe("waiting good");
  }
});

it("Convex, having given up on three tokens, is signed in again, and the session never ended", async () => {
  const tab = await signIn("katherine-johnson");
  await tab.fault("refuse-all").click();
  await expect.poll(() => tab.history("convex"), patience).toMatch(/off.*good$/);
  await tab.items.waitFor();
  expect(await tab.history("session")).toBe("waiting good");
});

describe("the end of the session", () => {
  it("is the end in both tabs when it is revoked", async () => {
    const tabs = await twoTabs("alan-turing");
    await tabs[0].fault("revoke").click();
    for (const tab of tabs) {
      await tab.ended.waitFor();
      expect(await tab.ended.textContent()).toContain("revoked");
      expect(await tab.convexState.textContent()).toBe("unauthenticated");
    }
  });

  it("is the end in both tabs, in one go, when one of them signs out", async () => {
    const tabs = await twoTabs("alan-turing");
    await tabs[0].signOut.click();
    for (const tab of tabs) {
      await tab.ended.waitFor();
      expect(await tab.sessionState.textContent()).toBe("ended");
      // Through no state between: not even a moment in which one is signed in and the other is not.
      expect(await tab.history("session")).toBe("waiting good none");
      expect(await tab.history("convex")).toBe("waiting good none");
      expect(await tab.history("list")).toBe("waiting good none");
    }
  });
});

it.each(["light", "dark"] as const)("has nothing that axe complains of, in the %s theme", async (colorScheme) => {
  await context.close();
  context = await chromium.newContext({ colorScheme });
  const signedOut = await open();
  await signedOut.signIn.waitFor();
  expect(await findAxeViolations(signedOut.page)).toEqual([]);
  const tab = await signIn("ada-lovelace");
  expect(await findAxeViolations(tab.page)).toEqual([]);
});

it("never hides what has the focus below the record, in a small window", async () => {
  const { page } = await signIn("ada-lovelace");
  await page.setViewportSize({ width: 360, height: 640 });
  for (let presses = 0; presses < 12; presses++) {
    await page.keyboard.press("Tab");
    const covered = await page.evaluate(() => {
      const focused = document.activeElement;
      if (focused === null || focused === document.body) return null;
      const { x, y, width, height } = focused.getBoundingClientRect();
      const top = document.elementFromPoint(x + width / 2, y + height / 2);
      return focused.contains(top) ? null : focused.outerHTML;
    });
    expect(covered).toBeNull();
  }
});

async function expectUnbroken(tabs: readonly ConvexExamplePage[]): Promise<void> {
  for (const tab of tabs) {
    for (const lane of ["session", "convex", "list"] as const) expect(await tab.history(lane)).toBe("waiting good");
  }
}
