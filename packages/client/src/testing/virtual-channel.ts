import type { Milliseconds, TabChannel } from "../env.ts";
import type { Scheduler } from "./scheduler.ts";
import type { TabRuntime } from "./tab-runtime.ts";

/** The `BroadcastChannel`s between the tabs. */
export interface VirtualChannels {
  open(tab: TabRuntime, name: string): TabChannel;
  /** How long a message takes. Default: 1 ms. */
  delay(by: Milliseconds): void;
  /** The tab is gone: its ends are closed. */
  closeFor(tab: TabRuntime): void;
  readonly openEnds: (tab: TabRuntime) => number;
}

interface End {
  readonly tab: TabRuntime;
  readonly name: string;
  readonly listeners: Set<(message: unknown) => void>;
}

export function createVirtualChannels(scheduler: Scheduler): VirtualChannels {
  const ends = new Set<End>();
  let delayMs = 1;

  function post(from: End, message: unknown): void {
    for (const end of ends) {
      if (end === from || end.name !== from.name || end.tab === from.tab || !end.tab.isReachable()) continue;
      const copy: unknown = structuredClone(message);
      scheduler.after(delayMs, () => end.tab.whenRunning(() => void (ends.has(end) && deliver(end, copy))));
    }
  }

  return {
    open(tab, name) {
      const end: End = { tab, name, listeners: new Set() };
      ends.add(end);
      return {
        post(message) {
          if (!ends.has(end)) throw new DOMException("The channel is closed.", "InvalidStateError");
          post(end, message);
        },
        listen: (listener) => void end.listeners.add(listener),
        close: () => void ends.delete(end),
      };
    },
    delay(by) {
      delayMs = by;
    },
    closeFor(tab) {
      for (const end of ends) if (end.tab === tab) ends.delete(end);
    },
    openEnds: (tab) => [...ends].filter((end) => end.tab === tab).length,
  };
}

function deliver(end: End, message: unknown): void {
  for (const listener of end.listeners) listener(message);
}
