import { setTimeout as delay } from "node:timers/promises";
import type { Attempt, HonestClient } from "./honest-client.ts";

/** Clients that refresh again and again. */
export interface Load {
  /** Lets each finish what it is about, and answers with all attempts so far. */
  stop(): Promise<Attempt[]>;
}

export interface LoadOptions {
  readonly clients: readonly HonestClient[];
  readonly origin: () => string;
  /** Milliseconds between an answer and the next attempt. Default: 50. */
  readonly pauseMs?: number;
}

const lostPauseMs = 200;

/** Puts load on. Whoever is asked to come back comes back when told, or a little later. */
export function startLoad({ clients, origin, pauseMs = 50 }: LoadOptions): Load {
  let isOver = false;

  async function work(client: HonestClient): Promise<void> {
    while (!isOver) {
      const { outcome, retryAfter } = await client.refresh(origin());
      if (outcome === "refused") return;
      const wait = outcome === "later" ? (retryAfter ?? 1) * 1000 : outcome === "lost" ? lostPauseMs : pauseMs;
      for (const end = performance.now() + wait; !isOver && performance.now() < end; ) {
        await delay(Math.min(50, Math.max(1, end - performance.now())));
      }
    }
  }

  const working = Promise.all(clients.map(work));
  return {
    async stop() {
      isOver = true;
      await working;
      return clients.flatMap(({ attempts }) => attempts);
    },
  };
}

/** How often each thing happened. */
export function countBy<Item>(items: readonly Item[], nameOf: (item: Item) => string | number | null): object {
  const counts: Record<string, number> = {};
  for (const item of items) counts[String(nameOf(item))] = (counts[String(nameOf(item))] ?? 0) + 1;
  return counts;
}
