import type { CDPSession, Page } from "playwright-core";
import { type QuickstartPage, quickstartPage } from "../../support/quickstart-page.ts";

/** A tab that is watched: whether it was reloaded, and whether it ever showed that nobody is signed in. */
export interface Tab {
  readonly page: Page;
  readonly quickstart: QuickstartPage;
  /** The client's state by its name. */
  status(): Promise<string | null>;
  /** Resolves when the client is in this state. Default of the milliseconds that it waits: 30,000. */
  is(status: string, timeout?: number): Promise<void>;
  /** Resolves when it is known whether anybody is signed in. */
  settled(): Promise<void>;
  generation(): Promise<number>;
  /** What should not have been seen since `forget`: reloads, and a glimpse of the signed-out page. */
  blemishes(): Promise<string[]>;
  forget(): void;
  /** Goes to another page and, once `meanwhile` is done, back. Answers whether this one had been put away whole. */
  leaveAndReturn(meanwhile: () => Promise<void>): Promise<boolean>;
  /** The DevTools protocol of this page. */
  devtools(): Promise<CDPSession>;
}

/** Notes every time that the page shows a way to sign in. Runs in the page, before its own scripts. */
function watchForSignedOutPage(): void {
  const glimpses: string[] = [];
  Object.assign(globalThis, { glimpses, wasPutAway: false });
  addEventListener("pageshow", ({ persisted }) => Object.assign(globalThis, { wasPutAway: persisted }));
  let isShown = false;
  function look(): void {
    const now = document.querySelector("#sign-in") !== null;
    if (now && !isShown) glimpses.push(`signed out at ${Math.round(performance.now())} ms`);
    isShown = now;
  }
  new MutationObserver(look).observe(document, { subtree: true, childList: true });
}

const patience = { timeout: 30_000 };

export async function openTab(page: Page): Promise<Tab> {
  const quickstart = quickstartPage(page);
  const state = page.getByTestId("client-state");
  let navigations = 0;
  page.on("framenavigated", (frame) => {
    if (frame === page.mainFrame()) navigations++;
  });
  await page.addInitScript(watchForSignedOutPage);

  return {
    page,
    quickstart,
    status: () => state.getAttribute("data-state"),
    is: (status, timeout = patience.timeout) =>
      page.locator(`[data-testid=client-state][data-state=${status}]`).waitFor({ timeout }),
    settled: () => page.locator("[data-testid=client-state]:not([data-state=initializing])").waitFor(patience),
    async generation() {
      const badge = page.locator("[data-testid=refresh-log] .generation", { hasText: "generation" }).first();
      return Number((await badge.textContent())?.replace(/\D/g, ""));
    },
    async blemishes() {
      const glimpses = await page.evaluate(() => (globalThis as unknown as { glimpses: string[] }).glimpses);
      return [...Array(navigations).fill("loaded again"), ...glimpses];
    },
    forget() {
      navigations = 0;
    },
    async leaveAndReturn(meanwhile) {
      const home = page.url();
      await page.goto("about:blank");
      await meanwhile();
      await page.evaluate(() => void setTimeout(() => history.back()));
      await page.waitForURL(home, { waitUntil: "commit" });
      return page.evaluate(() => (globalThis as unknown as { wasPutAway: boolean }).wasPutAway);
    },
    devtools: () => page.context().newCDPSession(page),
  };
}
