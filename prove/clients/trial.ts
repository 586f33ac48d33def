import type { Milliseconds } from "@holdfast/client";
import { createWorld, seconds, type VirtualTab, type World, type WorldOptions } from "@holdfast/client/testing";
import { type ApiCall, createApiCalls } from "./api-calls.ts";
import { clientOf } from "./app-client.ts";
import type { Contestant } from "./contestants.ts";
import { createCookieAccess } from "./cookie-access.ts";
import { openPage } from "./page/open-page.ts";

/** One contestant in one world. */
export interface Trial {
  readonly contestant: Contestant;
  readonly world: World;
  readonly asked: readonly ApiCall[];
  /** When the person was signed in, and what is counted begins. */
  readonly since: Milliseconds;
  /** Signs in, and opens as many tabs, one after the other. */
  begin(tabs?: number): Promise<readonly VirtualTab[]>;
  /**
   * The app is used for so long: in each tab whose scripts run it asks for a token every 20 s on average, one tab after
   * the other. An app that shows its sign-in page asks for none.
   */
  use(duration: Milliseconds, every?: Milliseconds): Promise<void>;
  /** One tab asks, now. */
  ask(tab: VirtualTab): void;
  /** Every open tab asks, whatever it shows: who can be had without a new sign-in is not logged out. */
  askOnceMore(): Promise<void>;
  /** The library is told to get a new token, now; what comes of it is its own affair. */
  renew(tab: VirtualTab): void;
  /** Signs the person out in this tab, and follows where the library leads. */
  signOut(tab: VirtualTab): Promise<void>;
  /** The server ends the session. */
  revoke(): Promise<void>;
  /** The requests for a new token that have left since then. */
  renewals(since?: Milliseconds): World["network"]["sent"];
}

export interface TrialOptions {
  readonly contestant: Contestant;
  readonly bundle: string;
  readonly world?: WorldOptions | undefined;
}

const clientId = "app";
const person = "ada";
/** Nobody opens two tabs in the same moment, and timers that begin together would fire together. */
const betweenTabs = seconds(3.1);

export function createTrial({ contestant, bundle, world: options }: TrialOptions): Trial {
  const vendor = contestant.createServer?.() ?? null;
  const world: World = createWorld({
    ...options,
    storage: contestant.storage,
    issuer: contestant.issuer,
    ...(vendor ? { server: vendor } : {}),
    client: (page) => clientOf(openPage({ page, ...cookies, storedKeys }, bundle, contestant.start, address)),
  });
  const address = { issuer: contestant.issuer, clientId, origin: world.settings.app };
  const storedKeys = () => [...world.browser.storage.entries().keys()];
  const cookies = createCookieAccess(world, contestant);
  const { asked, ask, isWaiting } = createApiCalls({ world, isOver });
  const chance = world.browser.random.fork("person");
  let since = 0;

  function isOver(sid: string): boolean {
    return vendor ? vendor.families.bySid(sid)?.isOver !== false : world.server.facts.isOver(sid);
  }

  function isUsed(tab: VirtualTab): boolean {
    const { isLoading, isAuthenticated } = tab.client.state;
    return tab.page.runtime.isRunning() && (isLoading || isAuthenticated) && !isWaiting(tab);
  }

  return {
    contestant,
    world,
    asked,
    get since() {
      return since;
    },
    async begin(count = 1) {
      const first = await world.signIn();
      const others: VirtualTab[] = [];
      for (let opened = 1; opened < count; opened++) {
        await world.run(betweenTabs);
        const tab = world.openTab();
        await world.until(`tab ${tab.name} is in`, () => tab.client.state.isAuthenticated, seconds(10));
        others.push(tab);
      }
      await world.run(seconds(1));
      since = world.now;
      return [first, ...others];
    },
    async use(duration, every = seconds(20)) {
      const end = world.now + duration;
      for (let turn = 0; world.now < end; turn++) {
        const tab = world.tabs[turn % world.tabs.length];
        if (tab && isUsed(tab)) ask(tab);
        const pause = (every * (0.5 + chance.next())) / world.tabs.length;
        await world.run(Math.min(pause, end - world.now));
      }
    },
    ask,
    async askOnceMore() {
      for (const tab of world.tabs) if (tab.page.runtime.isRunning() && !isWaiting(tab)) ask(tab);
      await world.run(seconds(15));
    },
    renew(tab) {
      tab.client.getToken({ forceRefresh: true }).catch(() => undefined);
    },
    async signOut(tab) {
      const left = tab.expectNavigation();
      await world.waitFor(tab.signOut().catch(() => undefined)).catch(() => undefined);
      await Promise.race([left.then((url) => visit(url)), world.run(seconds(1))]);
    },
    async revoke() {
      world.note("the server ends the session");
      if (vendor) vendor.families.endAll();
      else await world.server.revoke(world.server.newestGrantOf(person)?.sid ?? "");
    },
    renewals: (from = since) =>
      world.network.sent.filter(({ at, path }) => at >= from && path === contestant.renewPath),
  };

  /** The sign-out page of the server, in the address bar. */
  async function visit(url: string): Promise<void> {
    const { jar } = world.browser;
    const cookie = jar.headerFor(new URL(url), { from: null });
    const response = await vendor?.handle(new Request(url, cookie ? { headers: { cookie } } : {}), world.serverNow());
    jar.take(new URL(url), response?.headers.getSetCookie() ?? [], { from: null });
  }
}
