import type { BrowserContext, Locator, Page } from "playwright-core";

/** One tab of the Convex example, by what a person sees in it. */
export interface ConvexExamplePage {
  readonly page: Page;
  readonly signIn: Locator;
  readonly signOut: Locator;
  readonly name: Locator;
  readonly items: Locator;
  readonly newItem: Locator;
  readonly sessionState: Locator;
  readonly convexState: Locator;
  /** `connected` or `not connected`. */
  readonly socket: Locator;
  readonly connections: Locator;
  readonly ended: Locator;
  readonly outcome: Locator;
  fault(name: string): Locator;
  /** How the session, Convex, or the list has been in the last minute: `waiting good off`. */
  history(lane: "session" | "convex" | "list"): Promise<string>;
}

export async function openConvexExample(context: BrowserContext, url: string): Promise<ConvexExamplePage> {
  const page = await context.newPage();
  await page.goto(url);
  const find = (testId: string) => page.getByTestId(testId);
  return {
    page,
    signIn: find("sign-in"),
    signOut: find("sign-out"),
    name: find("name"),
    items: find("items"),
    newItem: page.locator("#new-item"),
    sessionState: find("session-state"),
    convexState: find("convex-state"),
    socket: find("socket"),
    connections: find("connections"),
    ended: find("ended"),
    outcome: find("outcome"),
    fault: (name) => find(`fault-${name}`),
    history: async (lane) => (await find(`band-${lane}`).getAttribute("data-history")) ?? "",
  };
}
