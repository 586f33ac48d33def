import type { ClientEnv, KeyValueStorage, LifecycleEvent, Milliseconds } from "../env.ts";
import type { Browser } from "./browser.ts";
import type { TabRuntime } from "./tab-runtime.ts";
import { createVirtualLifecycle } from "./virtual-lifecycle.ts";
import { createVirtualTimers, type VirtualTimers } from "./virtual-timers.ts";

/** What a client under test gets from the page it lives in. */
export interface VirtualPage {
  readonly name: string;
  readonly env: ClientEnv;
  readonly issuer: string;
  readonly clientId: string;
  /** `location.reload()`. The world counts every call as a failure, and loads the page anew as a browser would. */
  readonly reload: () => void;
}

/** One loaded page: from its address being opened until it is left, closed or crashes. */
export interface VirtualDocument {
  readonly page: VirtualPage;
  readonly runtime: TabRuntime;
  readonly timers: VirtualTimers;
  readonly href: () => string;
  readonly isFrozen: () => boolean;
  readonly isCached: () => boolean;
  readonly listenerCount: () => number;
  show(isVisible: boolean): void;
  /** Tells the page, if it runs. */
  tell(event: LifecycleEvent): void;
  /** No script of the page runs until it is thawed; what comes meanwhile waits. */
  freeze(): void;
  thaw(): void;
  /** Into the back/forward cache: as frozen, and what is meant for it meanwhile is lost. */
  cache(): void;
  /** Gives up everything it holds. Nothing of it runs again. */
  destroy(): void;
  /** Runs what has waited. */
  catchUp(): void;
}

export interface VirtualDocumentDeps {
  readonly browser: Browser;
  readonly name: string;
  readonly href: string;
  /** The tab's own, which outlives the page. */
  readonly sessionStorage: KeyValueStorage;
  readonly issuer: string;
  readonly clientId: string;
  readonly onAssign: (url: string) => void;
  readonly onReload: () => void;
  /** A callback of the page threw. */
  readonly onThrown: (error: unknown) => void;
}

type Activity = "running" | "frozen" | "cached" | "destroyed";

export function createVirtualDocument(deps: VirtualDocumentDeps): VirtualDocument {
  const { browser, name } = deps;
  const { scheduler, clock, trace } = browser;
  const life = createVirtualLifecycle(browser.isOnline);
  const random = browser.random.fork(`${name}#${browser.countDocument()}`);
  let activity: Activity = "running";
  let href = deps.href;
  let waiting: (() => void)[] = [];

  const runtime: TabRuntime = {
    name,
    isOpen: () => activity !== "destroyed",
    isRunning: () => activity === "running" && !clock.isAsleep(),
    isReachable: () => activity === "running" || activity === "frozen",
    whenRunning(work) {
      if (activity === "destroyed") return;
      if (runtime.isRunning()) guarded(work);
      else waiting.push(work);
    },
  };

  const timers = createVirtualTimers({ scheduler, clock, whenRunning: runtime.whenRunning });
  const stored = browser.storage.openFor(runtime);

  function guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      deps.onThrown(error);
    }
  }

  function catchUp(): void {
    const due = waiting;
    waiting = [];
    for (const work of due) scheduler.after(0, () => runtime.whenRunning(work));
  }

  const env: ClientEnv = {
    fetch: browser.network.fetchFor(runtime, new URL(deps.href).origin),
    wallNow: clock.wallNow,
    monotonicNow: clock.monotonicNow,
    setTimer: (callback: () => void, delay: Milliseconds) => timers.set(callback, delay),
    clearTimer: timers.clear,
    random: random.next,
    randomId: random.id,
    locks: browser.has.locks ? browser.locks.openFor(runtime) : null,
    openChannel: browser.has.channel ? (channel) => browser.channels.open(runtime, channel) : null,
    storage: browser.has.storage ? stored.storage : null,
    sessionStorage: browser.has.storage ? deps.sessionStorage : null,
    subtle: browser.subtle,
    vault: browser.has.storage ? browser.vault.vault : null,
    lifecycle: life.lifecycle,
    navigation: {
      href: () => href,
      assign: deps.onAssign,
      replace(url) {
        href = new URL(url, href).href;
        trace.add(name, `address is now ${href}`);
      },
    },
  };

  return {
    page: { name, env, issuer: deps.issuer, clientId: deps.clientId, reload: deps.onReload },
    runtime,
    timers,
    href: () => href,
    isFrozen: () => activity === "frozen",
    isCached: () => activity === "cached",
    listenerCount: life.listenerCount,
    show: life.show,
    tell: (event) => runtime.whenRunning(() => life.tell(event)),
    freeze() {
      activity = "frozen";
    },
    thaw() {
      activity = "running";
      catchUp();
    },
    cache() {
      activity = "cached";
      browser.network.dropRequestsOf(runtime);
    },
    destroy() {
      activity = "destroyed";
      waiting = [];
      browser.network.dropRequestsOf(runtime);
      timers.clearAll();
      stored.close();
      browser.channels.closeFor(runtime);
      browser.locks.closeFor(runtime);
    },
    catchUp,
  };
}
