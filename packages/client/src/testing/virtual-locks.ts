import type { TabLocks } from "../env.ts";
import type { Scheduler } from "./scheduler.ts";
import type { TabRuntime } from "./tab-runtime.ts";
import type { Trace } from "./trace.ts";

/** The Web Locks of the app's origin. A frozen tab keeps what it holds; a closed one lets go of it. */
export interface VirtualLocks {
  openFor(tab: TabRuntime): TabLocks;
  closeFor(tab: TabRuntime): void;
  readonly heldBy: (tab: TabRuntime) => readonly string[];
}

interface Claim {
  readonly tab: TabRuntime;
  readonly name: string;
  readonly grant: () => void;
}

export function createVirtualLocks(scheduler: Scheduler, trace: Trace): VirtualLocks {
  const holders = new Map<string, Claim>();
  const waiting: Claim[] = [];

  function grantNext(name: string): void {
    if (holders.has(name)) return;
    const next = waiting.find((claim) => claim.name === name);
    if (!next) return;
    waiting.splice(waiting.indexOf(next), 1);
    holders.set(name, next);
    // The browser gives it; the tab learns of it when it runs.
    scheduler.after(0, () => next.tab.whenRunning(next.grant));
  }

  function release(claim: Claim): void {
    if (holders.get(claim.name) !== claim) return;
    holders.delete(claim.name);
    grantNext(claim.name);
  }

  function request<T>(tab: TabRuntime, name: string, signal: AbortSignal | undefined, work: () => Promise<T>) {
    return new Promise<T>((resolve, reject) => {
      if (!tab.isOpen()) return;
      if (signal?.aborted) return reject(signal.reason);
      const claim: Claim = { tab, name, grant: () => void run() };
      const abandon = () => {
        const index = waiting.indexOf(claim);
        if (index < 0) return;
        waiting.splice(index, 1);
        trace.add(tab.name, "gives up waiting for the lock");
        reject(signal?.reason);
      };
      async function run(): Promise<void> {
        signal?.removeEventListener("abort", abandon);
        try {
          resolve(await work());
        } catch (error) {
          reject(error);
        } finally {
          release(claim);
        }
      }
      signal?.addEventListener("abort", abandon, { once: true });
      waiting.push(claim);
      grantNext(name);
    });
  }

  return {
    openFor: (tab) => ({ request: (name, { signal }, work) => request(tab, name, signal, work) }),
    closeFor(tab) {
      for (const claim of waiting.filter((each) => each.tab === tab)) waiting.splice(waiting.indexOf(claim), 1);
      for (const claim of [...holders.values()].filter((each) => each.tab === tab)) release(claim);
    },
    heldBy: (tab) => [...holders.values()].filter((claim) => claim.tab === tab).map(({ name }) => name),
  };
}
