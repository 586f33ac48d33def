import type { BrowserContext, Request } from "playwright-core";
import type { Ready } from "../../support/holdfast-process.ts";
import { openTab, type Tab } from "./tab.ts";

/** One person's browser: its cookies, its storage, its tabs. */
export interface Visit {
  readonly context: BrowserContext;
  /** The requests to `POST /refresh` so far, of all tabs. */
  readonly refreshes: readonly Request[];
  /** A tab with the app, as soon as it knows who is signed in, or that nobody is. */
  open(): Promise<Tab>;
  /** A tab in which somebody has just signed in. */
  signIn(person?: string): Promise<Tab>;
  close(): Promise<void>;
}

export function createVisit(context: BrowserContext, { example, issuer }: Ready): Visit {
  const refreshes: Request[] = [];
  context.on("request", (request) => {
    if (request.url() === `${issuer}/refresh`) refreshes.push(request);
  });

  return {
    context,
    refreshes,
    async open() {
      const tab = await openTab(await context.newPage());
      await tab.page.goto(example);
      await tab.settled();
      tab.forget();
      return tab;
    },
    async signIn(person = "ada-lovelace") {
      const tab = await openTab(await context.newPage());
      await tab.page.goto(example);
      await tab.quickstart.signIn.click();
      await tab.page.locator(`button[name=person][value=${person}]`).click();
      await tab.quickstart.userName.waitFor();
      tab.forget();
      return tab;
    },
    close: () => context.close(),
  };
}

/** The attempt's name that a refresh was sent under. */
export const attemptOf = (request: Request): string | undefined => request.headers()["idempotency-key"];
