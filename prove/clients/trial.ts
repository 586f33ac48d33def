import type { Milliseconds } from "../../packages/client/src/index.ts";
import {
  createWorld,
  seconds,
  type VirtualTab,
  type World,
  type WorldOptions,
} from "../../packages/client/src/testing/index.ts";
import { clientOf } from "./app-client.ts";
import type { Contestant } from "./contestants.ts";
import { openPage } from "./page/open-page.ts";
import { claimsOf } from "./servers/vendor-server.ts";

/**
 * What came of an app's request to its API: `good`; `doomed`: the API took a token whose session is over at the server;
 * `refused`: the API refused two tokens as expired; `nobody`: the library says that nobody is signed in; `error`: the
 * library threw.
 */
export type Answer = "good" | "doomed" | "refused" | "nobody" | "error";

export interface Asked {
  readonly tab: VirtualTab;
  readonly at: Milliseconds;
  /** Null while the library has not answered. */
  answer: Answer | null;
  answeredAt: Milliseconds;
  /** The API refused the library's first token as expired, and the app asked for another. */
  was401: boolean;
}

/** One contestant in one world. */
export interface Trial {
  readonly contestant: Contestant;
  readonly world: World;
  readonly asked: readonly Asked[];
  /** When the person was signed in, and what is counted begins. */
  readonly since: Milliseconds;
  /** Signs in, and opens as many tabs, one after the other. */
  begin(tabs?: number): Promise<readonly VirtualTab[]>;
  /**
   * The app is used for so long: in each tab whose scripts run it asks for a token every 20 s, one tab after the other. An
   * app that shows its sign-in page asks for none.
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
  /** The server ends every session. */
  revoke(): void;
  /** The requests for a new token that have left since then. */
  renewals(since?: Milliseconds): World["network"]["sent"];
}

export interface TrialOptions {
  readonly contestant: Contestant;
  readonly bundle: string;
  readonly world?: WorldOptions | undefined;
}

const clientId = "app";
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
  const asked: Asked[] = [];
  let since = 0;

  function ask(tab: VirtualTab): void {
    const entry: Asked = { tab, at: world.now, answer: null, answeredAt: world.now, was401: false };
    asked.push(entry);
    const settle = (answer: Answer, why: string = answer) => {
      entry.answer = answer;
      entry.answeredAt = world.now;
      if (answer !== "good") world.note(`tab ${tab.name} calls its API: ${why}`);
    };
    callApi(entry).then(settle, (error: unknown) => settle("error", String(error)));
  }

  /** A request to an API; after a 401 once more with a new token, as is usual. */
  async function callApi(entry: Asked): Promise<Answer> {
    const { client } = entry.tab;
    const token = await client.getToken();
    if (token === null) return "nobody";
    if (!isExpired(token)) return isOver(token) ? "doomed" : "good";
    entry.was401 = true;
    const another = await client.getToken({ forceRefresh: true });
    if (another === null) return "nobody";
    if (isExpired(another)) return "refused";
    return isOver(another) ? "doomed" : "good";
  }

  const isExpired = (token: string) => Number(claimsOf(token).exp) * 1000 <= world.serverNow();

  function isOver(token: string): boolean {
    const sid = String(claimsOf(token).sid);
    return vendor ? vendor.families.bySid(sid)?.isOver !== false : world.server.facts?.isOver(sid) !== false;
  }

  const isWaiting = (tab: VirtualTab) => asked.some((entry) => entry.tab === tab && entry.answer === null);

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
        await world.run(Math.min(every / world.tabs.length, end - world.now));
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
    revoke() {
      world.note("the server ends the session");
      if (vendor) vendor.families.endAll();
      else for (const sid of world.server.ledger.sessions.keys()) world.server.revoke(sid);
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

/** `document.cookie`: the app's own cookies, and what the server sets for the whole site. */
function createCookieAccess({ browser: { jar }, settings: { app, issuer } }: World, { siteCookies }: Contestant) {
  const context = { from: app };
  return {
    readCookies() {
      const own = jar.headerFor(new URL(app), context)?.split("; ") ?? [];
      const ofSite = jar.headerFor(new URL(issuer), context)?.split("; ") ?? [];
      return [...own, ...ofSite.filter((pair) => siteCookies.includes(pair.split("=")[0] ?? ""))].join("; ");
    },
    writeCookie: (line: string) => jar.take(new URL(app), [line], context),
  };
}
