import type { Milliseconds } from "../env.ts";
import { type CookieJar, createCookieJar } from "./cookie-jar.ts";
import type { Scheduler } from "./scheduler.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { Trace } from "./trace.ts";
import { createVirtualChannels, type VirtualChannels } from "./virtual-channel.ts";
import { createDeviceClock, type DeviceClock } from "./virtual-clock.ts";
import { createVirtualCrypto } from "./virtual-crypto.ts";
import { createVirtualLocks, type VirtualLocks } from "./virtual-locks.ts";
import { createVirtualNetwork, type VirtualNetwork } from "./virtual-network.ts";
import { createVirtualStorage, type VirtualStorage } from "./virtual-storage.ts";
import { createVirtualVault, type VirtualVault } from "./virtual-vault.ts";

/** What a browser offers the app's pages. Some have less. */
export interface BrowserFeatures {
  readonly locks: boolean;
  readonly channel: boolean;
  /** `localStorage` and IndexedDB; some settings block both. */
  readonly storage: boolean;
  /** Cookies for requests that go to another site than the page's. */
  readonly thirdPartyCookies: boolean;
}

/** The one browser of the one computer: what all its tabs share, and what outlives them. */
export interface Browser {
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly random: SeededRandom;
  readonly clock: DeviceClock;
  readonly network: VirtualNetwork;
  readonly jar: CookieJar;
  readonly storage: VirtualStorage;
  readonly vault: VirtualVault;
  readonly channels: VirtualChannels;
  readonly locks: VirtualLocks;
  readonly subtle: SubtleCrypto;
  readonly has: BrowserFeatures;
  /** `navigator.onLine`: what the browser believes. */
  readonly isOnline: () => boolean;
  believeOnline(isOnline: boolean): void;
  /** A number for each page that is loaded. */
  countDocument(): number;
}

export interface BrowserDeps {
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly random: SeededRandom;
  readonly epoch: Milliseconds;
  readonly skew: Milliseconds;
  readonly has: BrowserFeatures;
  readonly serve: (request: Request) => Promise<Response>;
  readonly onSent: (tab: string, path: string) => void;
}

export function createBrowser(deps: BrowserDeps): Browser {
  const { scheduler, trace, random, has } = deps;
  const clock = createDeviceClock({ scheduler, epoch: deps.epoch, skew: deps.skew });
  const jar = createCookieJar({ wallNow: clock.wallNow, blocksThirdParties: () => !has.thirdPartyCookies });
  let isOnline = true;
  let documents = 0;
  return {
    scheduler,
    trace,
    random,
    clock,
    jar,
    has,
    network: createVirtualNetwork({ scheduler, trace, jar, serve: deps.serve, onSent: deps.onSent }),
    storage: createVirtualStorage({ scheduler, trace, delay: 1 }),
    vault: createVirtualVault(),
    channels: createVirtualChannels(scheduler),
    locks: createVirtualLocks(scheduler, trace),
    subtle: createVirtualCrypto(scheduler),
    isOnline: () => isOnline,
    believeOnline(online) {
      isOnline = online;
    },
    countDocument: () => ++documents,
  };
}
