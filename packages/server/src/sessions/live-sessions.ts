import type { Clock } from "../clock/clock.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Database } from "../storage/database.ts";
import { countLiveSessions } from "./store.ts";

// Counting reads a whole index: not for every scrape of every node.
const countEveryMs = 30_000;

export interface LiveSessionsDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly onError: (error: unknown) => void;
}

/** Shows how many sessions live, counted when somebody asks, and at most every half minute. */
export function showLiveSessions({ database, clock, metrics, onError }: LiveSessionsDeps): void {
  let live = Number.NaN;
  let countedAt = Number.NEGATIVE_INFINITY;
  const help = "Sessions that have neither been ended nor passed their absolute limit, of all nodes.";
  metrics.gauge("holdfast_live_sessions", help, async () => {
    if (performance.now() - countedAt < countEveryMs) return live;
    countedAt = performance.now();
    try {
      live = await countLiveSessions(database.queries, new Date(clock.now()));
    } catch (error) {
      // Every other figure is still to be had, now above all.
      onError(error);
    }
    return live;
  });
}
