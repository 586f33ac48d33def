import type { Events } from "../events/index.ts";
import type { FeedEntry } from "./entry.ts";

/** What a carrier tells the node it is on. */
export interface CarrierEars {
  /** There may be something new in the log. */
  onHint(): void;
  /** Lines that another node has read; some may be known, and their order is nobody's. */
  onEntries(entries: readonly FeedEntry[]): void;
}

/**
 * Brings news from node to node. PostgreSQL stays the truth: what a carrier loses is found in the log a second later, and
 * what it brings twice changes nothing. So none of them ever has to wait, or to be waited for.
 */
export interface Carrier {
  readonly name: "postgres" | "nats";
  /** Whether news travels just now. */
  readonly isUp: boolean;
  /** Begins to listen. What is wrong from here on is told, and tried again. */
  start(ears: CarrierEars): void;
  /** Takes lines that this node has read or heard of. */
  publish(entries: readonly FeedEntry[]): void;
  close(): Promise<void>;
}

/** The default: a hint by NOTIFY, and each node reads the log. */
export function createNotifyCarrier(events: Pick<Events, "onAnnounced" | "isListening">): Carrier {
  let stop: () => void = () => undefined;
  return {
    name: "postgres",
    get isUp() {
      return events.isListening;
    },
    start({ onHint }) {
      stop = events.onAnnounced(onHint);
    },
    publish: () => undefined,
    close: async () => stop(),
  };
}
