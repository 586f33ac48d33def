import type { AuthClient } from "../auth-client.ts";
import { dpop } from "../dpop/index.ts";
import type { Milliseconds } from "../env.ts";
import { type Browser, createBrowser } from "./browser.ts";
import { defaultClient } from "./default-client.ts";
import { createInvariantWatch, formatViolations, type InvariantWatch, type Violation } from "./invariants.ts";
import { createReferenceServer } from "./reference-server/index.ts";
import { watchRejections } from "./rejection-watch.ts";
import { createScheduler } from "./scheduler.ts";
import { createSeededRandom } from "./seeded-random.ts";
import { createTrace, formatMoment, type Trace } from "./trace.ts";
import type { DeviceClock, MonotonicInSleep } from "./virtual-clock.ts";
import type { VirtualNetwork } from "./virtual-network.ts";
import type { ControlledServer } from "./virtual-server.ts";
import { createVirtualTab, type VirtualTab } from "./virtual-tabs.ts";
import { createVisits } from "./visits.ts";
import { WorldFailed } from "./world-failed.ts";
import { isControlled, type WorldOptions, type WorldSettings } from "./world-options.ts";

/** One computer, one browser, any number of tabs with the app, a network and a server. Nothing in it takes real time. */
export interface World {
  /** Milliseconds since it began. */
  readonly now: Milliseconds;
  readonly settings: WorldSettings;
  readonly tabs: readonly VirtualTab[];
  readonly network: VirtualNetwork;
  readonly clock: DeviceClock;
  /** Storage, channels, locks, cookies. */
  readonly browser: Browser;
  /** The server's controls. @throws when one is plugged in that has none */
  readonly server: ControlledServer;
  readonly trace: Trace;
  readonly violations: readonly Violation[];
  /** Opens the app in a new tab. Names default to A, B, C … */
  openTab(options?: { readonly name?: string; readonly href?: string }): VirtualTab;
  /** Signs a person in, in this tab, by the client's own way; or in a new one. Answers when the app shows it. */
  signIn(person?: string, tab?: VirtualTab): Promise<VirtualTab>;
  /** The same, without waiting for what the app shows. */
  beginSignIn(person: string, tab: VirtualTab): Promise<void>;
  /** Lets that much time pass. */
  run(duration: Milliseconds): Promise<void>;
  /** Lets time pass until it is so. @throws WorldFailed when it is not within that time */
  until(what: string, isSo: () => boolean, within: Milliseconds): Promise<void>;
  /** Lets time pass until the promise settles. @throws WorldFailed when it does not within that time (1 minute) */
  waitFor<Value>(promise: Promise<Value>, within?: Milliseconds): Promise<Value>;
  /** The computer sleeps: no script runs, connections die, the servers go on. */
  sleep(duration: Milliseconds, options?: { readonly monotonic?: MonotonicInSleep }): Promise<void>;
  /** No network, and the browser says so. */
  goOffline(): void;
  goOnline(): void;
  /** The server's clock, now: milliseconds since the epoch. */
  serverNow(): Milliseconds;
  /** A line of the script in the trace. */
  note(text: string): void;
  /** @throws WorldFailed with the trace, unless it is so */
  expect(isSo: boolean, what: string): void;
  /** @throws WorldFailed when an invariant was broken so far */
  checkInvariants(): void;
  /** Closes it all, and checks the invariants. @throws WorldFailed */
  end(): Promise<void>;
  /** Closes it all, whatever went wrong. */
  abandon(): Promise<void>;
}

// A Monday morning.
const epoch = Date.UTC(2025, 0, 6, 9);
const shownLines = 80;

function settle(options: WorldOptions): WorldSettings {
  return {
    seed: 1,
    storage: "cookie",
    skew: 0,
    serverSkew: 0,
    access: 300_000,
    overlap: 30_000,
    issuer: "https://login.example.com",
    app: "https://app.example.com",
    api: "https://api.example.com",
    ...options,
    client: options.client ?? defaultClient,
    server: options.server ?? null,
    browser: { locks: true, channel: true, storage: true, thirdPartyCookies: true, ...options.browser },
  };
}

/**
 * Makes a world.
 *
 * @example
 * const world = createWorld();
 * const tab = await world.signIn("ada");
 * await world.sleep(hours(8));
 * await world.until("is active again", () => tab.status === "active", seconds(30));
 * await world.end();
 */
export function createWorld(options: WorldOptions = {}): World {
  const settings = settle(options);
  const scheduler = createScheduler();
  const trace = createTrace(scheduler.now);
  const random = createSeededRandom(settings.seed);
  const serverNow = () => epoch + settings.serverSkew + scheduler.now();
  const server = settings.server ?? referenceServer(settings, random.fork("server").id, trace);
  const serve = (request: Request) => server.handle(request, serverNow());
  const browser = createBrowser({
    scheduler,
    trace,
    random,
    epoch,
    serve,
    skew: settings.skew,
    has: settings.browser,
    onSent(tab, path) {
      if (path === "/refresh") watch.onRefresh(tab, browser.network.inFlight(tab, path));
    },
  });
  const watch: InvariantWatch = createInvariantWatch({
    now: scheduler.now,
    trace,
    facts: server.facts,
    remembers: () => settings.browser.storage,
    onHopeless: () => scheduler.stop(failed()),
  });
  const stopWatching = watchRejections((reason) => watch.report("no unhandled rejection", "script", String(reason)));
  const visits = createVisits({ browser, settings, serve });
  const tabs: VirtualTab[] = [];

  const userIdOf = (person: string) => (isControlled(server) ? server.userIdOf(person) : person);

  function openTab({ name, href }: { name?: string; href?: string } = {}): VirtualTab {
    const tab = createVirtualTab({
      browser,
      watch,
      name: name ?? nameOfTab(tabs.length),
      issuer: settings.issuer,
      clientId: "app",
      home: href ?? `${settings.app}/`,
      createClient: (page): AuthClient => settings.client(page, settings.storage === "dpop" ? dpop : settings.storage),
    });
    tabs.push(tab);
    return tab;
  }

  async function beginSignIn(person: string, tab: VirtualTab): Promise<void> {
    if (isControlled(server)) server.seat(person);
    trace.add("script", `${person} signs in in tab ${tab.name}`);
    await scheduler.settle();
    watch.onSignIn();
    await waitFor(visits.signIn(tab));
  }

  function expectSo(isSo: boolean, what: string): void {
    if (isSo) return;
    trace.add("script", `✗ expected: ${what}`);
    throw new WorldFailed(`Expected at ${formatMoment(scheduler.now())}: ${what}`, trace.toText({ last: shownLines }));
  }

  async function until(what: string, isSo: () => boolean, within: Milliseconds): Promise<void> {
    await scheduler.runUntil(scheduler.now() + within, isSo);
    expectSo(isSo(), `${what} within ${within / 1000} s`);
  }

  async function waitFor<Value>(promise: Promise<Value>, within: Milliseconds = 60_000): Promise<Value> {
    let isSettled = false;
    const done = () => {
      isSettled = true;
    };
    promise.then(done, done);
    await until("an answer", () => isSettled, within);
    return promise;
  }

  function failed(): WorldFailed {
    return new WorldFailed(formatViolations(watch.violations), trace.toText({ last: shownLines }));
  }

  function checkInvariants(): void {
    watch.checkServer();
    if (watch.violations.length > 0) throw failed();
  }

  async function abandon(): Promise<void> {
    for (const { page } of tabs) page.destroy();
    // What is unhandled is told of at the end of a turn.
    await scheduler.settle().catch(() => undefined);
    stopWatching();
  }

  return {
    get now() {
      return scheduler.now();
    },
    settings,
    tabs,
    network: browser.network,
    clock: browser.clock,
    browser,
    get server() {
      if (isControlled(server)) return server;
      throw new Error("The server of this world has no controls.");
    },
    trace,
    violations: watch.violations,
    openTab,
    async signIn(person = "ada", given) {
      const tab = given ?? openTab();
      await beginSignIn(person, tab);
      const isIn = ({ client: { state } }: VirtualTab) => "user" in state && state.user?.userId === userIdOf(person);
      await until(`tab ${tab.name} shows ${person}`, () => isIn(tab), 15_000);
      return tab;
    },
    beginSignIn,
    run: (duration) => scheduler.runUntil(scheduler.now() + duration),
    until,
    waitFor,
    async sleep(duration, { monotonic = "frozen" } = {}) {
      await scheduler.settle();
      trace.add("browser", `sleeps for ${formatMoment(duration).slice(1)}, monotonic clock ${monotonic}`);
      browser.clock.fallAsleep(monotonic);
      browser.network.breakConnections();
      await scheduler.runUntil(scheduler.now() + duration);
      browser.clock.wake();
      trace.add("browser", "wakes");
      for (const { page } of tabs) {
        page.timers.rearm();
        page.catchUp();
      }
    },
    goOffline() {
      trace.add("network", "offline");
      browser.network.down();
      browser.believeOnline(false);
      for (const { page } of tabs) page.tell("offline");
    },
    goOnline() {
      trace.add("network", "online");
      browser.network.up();
      browser.believeOnline(true);
      for (const { page } of tabs) page.tell("online");
    },
    serverNow,
    note: (text) => trace.add("script", text),
    expect: expectSo,
    checkInvariants,
    async end() {
      await abandon();
      checkInvariants();
    },
    abandon,
  };
}

function nameOfTab(index: number): string {
  return index < 26 ? String.fromCharCode(65 + index) : `T${index + 1}`;
}

function referenceServer(
  { issuer, api, app, storage, access, overlap }: WorldSettings,
  nextId: () => string,
  trace: Trace,
) {
  return createReferenceServer({
    issuer,
    api,
    callback: `${app}/callback`,
    isCookieMode: storage === "cookie",
    access,
    overlap,
    nextId,
    onRecord: ({ verdict, sid, presented, generation }) =>
      trace.add("server", `${verdict}${sid === null ? "" : `: ${sid} generation ${presented} → ${generation}`}`),
  });
}
