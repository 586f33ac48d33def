import type { AuthClient } from "../auth-client.ts";
import type { KeyValueStorage, Milliseconds } from "../env.ts";
import type { AuthState, AuthStatus } from "../state.ts";
import type { Browser } from "./browser.ts";
import type { InvariantWatch } from "./invariants.ts";
import { createVirtualDocument, type VirtualDocument, type VirtualPage } from "./virtual-document.ts";

/** What the app showed from some moment on. */
export interface StateChange {
  /** Milliseconds since the world began. */
  readonly at: Milliseconds;
  readonly state: AuthState;
}

/** A tab of the browser with the app open in it. Its client is another one after each load. */
export interface VirtualTab {
  readonly name: string;
  readonly client: AuthClient;
  readonly status: AuthStatus;
  /** Every state that any page in this tab has shown. */
  readonly history: readonly StateChange[];
  readonly page: VirtualDocument;
  /** To the background: `timersEvery` is the interval that its timers are throttled to, in milliseconds. */
  hide(options?: { readonly timersEvery?: Milliseconds }): void;
  show(): void;
  /** `isSudden`: as by a debugger, or a suspended process: the page is not told before. */
  freeze(options?: { readonly isSudden?: boolean }): void;
  resume(): void;
  /** The person follows a link to elsewhere, and the page is kept. */
  enterBackForwardCache(): void;
  /** The person comes back, and finds the page as it was left. */
  restore(): void;
  /** The person closes it. */
  close(): void;
  /** It is gone without a word. */
  crash(): void;
  /** Opens the app anew in it: after a crash, a close, or by the reload button. */
  reopen(href?: string): void;
  /** Signs out by the client, as the person asked. */
  signOut(options?: { readonly scope?: "session" | "local" }): Promise<void>;
  /** The client may leave the page once, for it was asked to: answers with the address it goes to. */
  expectNavigation(): Promise<string>;
}

export interface VirtualTabDeps {
  readonly browser: Browser;
  readonly watch: InvariantWatch;
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly home: string;
  readonly createClient: (page: VirtualPage) => AuthClient;
}

// Pages of apps that reload on every error would fill the world with loads.
const reloadDelay = 50;

export function createVirtualTab(deps: VirtualTabDeps): VirtualTab {
  const { browser, watch, name } = deps;
  const { trace, scheduler, network, locks } = browser;
  const history: StateChange[] = [];
  const sessionStorage = createSessionStorage();
  let onNavigation: ((url: string) => void) | null = null;
  let { page, client } = load(deps.home);

  function load(href: string): { page: VirtualDocument; client: AuthClient } {
    trace.add(name, `opens ${href}`);
    const document = createVirtualDocument({
      browser,
      name,
      href,
      sessionStorage,
      issuer: deps.issuer,
      clientId: deps.clientId,
      onAssign: navigate,
      onReload: reloadByScript,
      onThrown: (error) => watch.report("no exception", name, String(error)),
    });
    const created = deps.createClient(document.page);
    follow(created);
    // What an app does on the page that a sign-in comes back to.
    if (new URL(href).searchParams.has("code")) finishSignIn(created);
    return { page: document, client: created };
  }

  function finishSignIn(created: AuthClient): void {
    created.handleCallback().catch((error: unknown) => trace.add(name, `callback failed: ${String(error)}`));
  }

  function follow(created: AuthClient): void {
    let before: AuthState | null = null;
    const note = () => {
      const { state } = created;
      if (state === before) return;
      history.push({ at: scheduler.now(), state });
      trace.add(name, describe(state));
      watch.onState(name, before, state);
      before = state;
    };
    note();
    created.subscribe(note);
  }

  function navigate(url: string): void {
    trace.add(name, `leaves for ${url}`);
    const told = onNavigation;
    onNavigation = null;
    if (told) told(url);
    else watch.report("no navigation", name, `nobody asked to leave for ${url}`);
  }

  function reloadByScript(): void {
    watch.report("no reload", name, "the page reloaded itself");
    const left = page;
    scheduler.after(reloadDelay, () => {
      if (page === left && left.runtime.isOpen()) reopen(left.href());
    });
  }

  function reopen(href: string = deps.home): void {
    page.destroy();
    ({ page, client } = load(href));
  }

  return {
    name,
    get client() {
      return client;
    },
    get status() {
      return client.state.status;
    },
    get page() {
      return page;
    },
    history,
    hide({ timersEvery = 0 } = {}) {
      trace.add(name, `hidden${timersEvery > 0 ? `, timers every ${timersEvery / 1000} s` : ""}`);
      page.show(false);
      page.tell("hidden");
      page.timers.throttle(timersEvery);
    },
    show() {
      trace.add(name, "visible");
      page.timers.throttle(0);
      page.show(true);
      page.tell("visible");
    },
    freeze({ isSudden = false } = {}) {
      trace.add(name, `frozen${locks.heldBy(page.runtime).length > 0 ? ", holding the lock" : ""}`);
      if (!isSudden) page.tell("freeze");
      page.freeze();
    },
    resume() {
      trace.add(name, "resumed");
      page.thaw();
      page.tell("resume");
    },
    enterBackForwardCache() {
      trace.add(name, "into the back/forward cache");
      page.tell("pagehide");
      page.cache();
    },
    restore() {
      trace.add(name, "back from the back/forward cache");
      page.thaw();
      page.tell("pageshow");
    },
    close() {
      trace.add(name, "closed");
      page.tell("pagehide");
      page.destroy();
    },
    crash() {
      trace.add(name, `crashes${network.inFlight(name, "/refresh") > 0 ? " in the middle of a refresh" : ""}`);
      page.destroy();
    },
    reopen,
    signOut(options) {
      const { state } = client;
      trace.add(name, "the person signs out");
      watch.onSignOut(name, state.isAuthenticated ? state.sid : null);
      return client.signOut(options);
    },
    expectNavigation: () =>
      new Promise((resolve) => {
        onNavigation = resolve;
      }),
  };
}

function createSessionStorage(): KeyValueStorage {
  const entries = new Map<string, string>();
  return {
    read: (key) => entries.get(key) ?? null,
    write: (key, value) => void entries.set(key, value),
    remove: (key) => void entries.delete(key),
  };
}

function describe(state: AuthState): string {
  if (state.status === "ended") return `is ended: ${state.reason}`;
  return state.isAuthenticated ? `is ${state.status} (${state.sid ?? "session not known yet"})` : `is ${state.status}`;
}
