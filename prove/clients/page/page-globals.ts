import type { VirtualPage } from "@holdfast/client/testing";
import { createAbortSignalClass } from "./abort-signal.ts";
import { createHistory, createLocation } from "./address.ts";
import { createBroadcastChannelClass } from "./broadcast-channel.ts";
import { eventOf, passLifecycle } from "./events.ts";
import { createFetch } from "./fetch.ts";
import { createLockManager } from "./locks.ts";
import { createStorageArea } from "./storage-area.ts";
import { createPageTimers } from "./timers.ts";

export interface PageDeps {
  readonly page: VirtualPage;
  /** The keys of `localStorage` now. */
  readonly storedKeys: () => readonly string[];
  /** `document.cookie`. */
  readonly readCookies: () => string;
  readonly writeCookie: (line: string) => void;
}

const silent = () => undefined;

/** What has no clock, no network and no state of its own is the runtime's. */
const ofTheRuntime = {
  URL,
  URLSearchParams,
  Headers,
  Request,
  Response,
  AbortController,
  DOMException,
  Event,
  EventTarget,
  TextEncoder,
  TextDecoder,
  atob,
  btoa,
  structuredClone,
  queueMicrotask,
};

/** Everything that a script finds in the page of a virtual tab. Nothing of it takes real time. */
export function createPageGlobals(deps: PageDeps): Record<string, unknown> {
  const { env, reload } = deps.page;
  const target = new EventTarget();
  const timers = createPageTimers(env);
  const document = createDocument(deps);
  passLifecycle(env.lifecycle, target, document);
  const storage = env.storage;
  storage?.listen((key, newValue) => target.dispatchEvent(eventOf("storage", { key, newValue })));
  const navigation = env.navigation;
  if (!navigation) throw new Error("A page has an address.");
  return {
    ...ofTheRuntime,
    ...timers,
    hostEnv: { wallNow: env.wallNow, random: env.random, fetch: createFetch(env) },
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
    dispatchEvent: target.dispatchEvent.bind(target),
    document,
    location: createLocation(navigation, reload),
    history: createHistory(navigation),
    navigator: createNavigator(deps.page),
    performance: { now: env.monotonicNow },
    crypto: createCrypto(deps.page),
    AbortSignal: createAbortSignalClass(timers),
    isSecureContext: true,
    origin: new URL(navigation.href()).origin,
    console: { log: silent, info: silent, debug: silent, warn: silent, error: silent, trace: silent },
    ...(storage ? { localStorage: createStorageArea({ storage, keys: deps.storedKeys }) } : {}),
    ...(env.sessionStorage
      ? { sessionStorage: createStorageArea({ storage: env.sessionStorage, keys: () => [] }) }
      : {}),
    ...(env.openChannel ? { BroadcastChannel: createBroadcastChannelClass(env.openChannel) } : {}),
  };
}

function createDocument({ page: { env }, readCookies, writeCookie }: PageDeps): EventTarget {
  const { isVisible } = env.lifecycle;
  return Object.defineProperties(new EventTarget(), {
    visibilityState: { get: () => (isVisible() ? "visible" : "hidden") },
    hidden: { get: () => !isVisible() },
    hasFocus: { value: isVisible },
    readyState: { value: "complete" },
    cookie: { get: readCookies, set: writeCookie },
    createElement: {
      value(name: string) {
        throw new Error(`There is no ${name} in this document.`);
      },
    },
  });
}

function createNavigator({ env }: VirtualPage): object {
  const navigator = { userAgent: "Mozilla/5.0 (comparison)", language: "en" };
  Object.defineProperty(navigator, "onLine", { get: env.lifecycle.isOnline });
  return env.locks ? Object.assign(navigator, { locks: createLockManager(env.locks) }) : navigator;
}

/** Keys and hashes are real; chance is the world's. */
function createCrypto({ env }: VirtualPage): object {
  return {
    subtle: env.subtle,
    randomUUID: env.randomId,
    getRandomValues<View extends ArrayBufferView>(view: View): View {
      const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
      for (let index = 0; index < bytes.length; index++) bytes[index] = Math.floor(env.random() * 256);
      return view;
    },
  };
}
