import type { Milliseconds, TabStorage } from "../env.ts";
import type { Scheduler } from "./scheduler.ts";
import type { TabRuntime } from "./tab-runtime.ts";
import type { Trace } from "./trace.ts";

/** The `localStorage` of the app's origin: one for all tabs, and it outlives them. */
export interface VirtualStorage {
  /** One tab's view of it. */
  openFor(tab: TabRuntime): { readonly storage: TabStorage; readonly close: () => void };
  /** Writing throws as it does when the quota is used up. Reading goes on. */
  failWrites(isFailing: boolean): void;
  read(key: string): string | null;
  /** The person clears the site's data. Tabs are told. */
  clear(): void;
  readonly entries: () => ReadonlyMap<string, string>;
}

export interface VirtualStorageDeps {
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  /** How long another tab's event takes. */
  readonly delay: Milliseconds;
}

type Listener = (key: string | null, value: string | null) => void;

export function createVirtualStorage({ scheduler, trace, delay }: VirtualStorageDeps): VirtualStorage {
  const entries = new Map<string, string>();
  const tabs = new Map<TabRuntime, Set<Listener>>();
  let isFull = false;

  function tell(writer: TabRuntime | null, key: string | null, value: string | null): void {
    for (const [tab, listeners] of tabs) {
      if (tab === writer || !tab.isReachable()) continue;
      for (const listener of listeners) {
        scheduler.after(delay, () => tab.whenRunning(() => void (listeners.has(listener) && listener(key, value))));
      }
    }
  }

  function write(tab: TabRuntime, key: string, value: string): void {
    if (!tab.isOpen()) return;
    if (isFull) {
      trace.add(tab.name, `localStorage refuses to write ${key}`);
      throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
    }
    if (entries.get(key) === value) return;
    entries.set(key, value);
    tell(tab, key, value);
  }

  return {
    openFor(tab) {
      const listeners = new Set<Listener>();
      tabs.set(tab, listeners);
      const storage: TabStorage = {
        read: (key) => entries.get(key) ?? null,
        write: (key, value) => write(tab, key, value),
        remove(key) {
          if (tab.isOpen() && entries.delete(key)) tell(tab, key, null);
        },
        listen(listener) {
          // Told apart from the same function listening twice.
          const own: Listener = (key, value) => listener(key, value);
          listeners.add(own);
          return () => void listeners.delete(own);
        },
      };
      return { storage, close: () => void tabs.delete(tab) };
    },
    failWrites(isFailing) {
      isFull = isFailing;
    },
    read: (key) => entries.get(key) ?? null,
    clear() {
      entries.clear();
      tell(null, null, null);
    },
    entries: () => entries,
  };
}
