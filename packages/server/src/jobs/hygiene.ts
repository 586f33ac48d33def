import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../clock/clock.ts";
import type { Logger } from "../logging/logger.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Database } from "../storage/database.ts";
import { type Lease, takeLease } from "../storage/lease.ts";
import { adaptBatch, firstBatch, pauseAfter } from "./pace.ts";
import { runPeriodically } from "./periodic.ts";

const runEveryMs = 60_000;

/** What may leave one table, and when. The feature that owns the table makes it. */
export interface CleaningRule {
  /** What it removes, as the log and the metrics call it: `sessions`. */
  readonly name: string;
  /** Seconds that a row is kept after its end. */
  readonly keep: number;
  /** When the oldest row that ended before this moment did so; null when there is none. Finds it through an index. */
  oldest(before: Date): Promise<Date | null>;
  /**
   * Removes rows that ended before this moment, the oldest first, and says how many. Fewer than the limit are taken for
   * the last. It skips what others have locked and never waits for it.
   */
  removeBatch(before: Date, limit: number): Promise<number>;
}

/** Something else to look after regularly, on one node at a time. */
export interface Chore {
  work(): Promise<void>;
}

export interface HygieneDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly rules: readonly CleaningRule[];
  /** Done first, at every run. */
  readonly chores: readonly Chore[];
  readonly onError: (error: unknown) => void;
}

/** Removes what has ended long ago, a little at a time, beside everything else. */
export interface Hygiene {
  /**
   * Removes all that is due, and says how much by rule; null while another node is at it. A failure of one rule is told
   * to `onError` and keeps no other from its work.
   */
  run(signal?: AbortSignal): Promise<ReadonlyMap<string, number> | null>;
  /** Ends after the batch under way, for good. */
  close(): Promise<void>;
}

/**
 * Runs the rules once a minute, one node at a time, each until nothing is left to remove. Between two batches it rests
 * for four times as long as the batch took: it has a fifth of one connection at most, however far behind it is.
 */
export function createHygiene(deps: HygieneDeps): Hygiene {
  const { database, clock, metrics, logger, rules, chores, onError } = deps;
  const stopping = new AbortController();
  // Seconds by which the oldest row of each rule is overdue.
  const backlogs = new Map<string, number>();
  let finishedAt = 0;
  const removedHelp =
    "What was removed because it had ended long ago, by kind; for event_weeks whole weeks, else rows.";
  const removedTotal = metrics.counter("holdfast_hygiene_removed_total", removedHelp, ["kind"]);
  const help = "For how long the oldest row that should have left by now has been overdue, when it was last looked.";
  metrics.gauge("holdfast_hygiene_backlog_seconds", help, () => Math.max(0, ...backlogs.values()));
  const lastHelp = "When a node last went through all rules to the end: seconds since the epoch, 0 for never.";
  metrics.gauge("holdfast_hygiene_last_run_timestamp_seconds", lastHelp, () => finishedAt / 1000);

  async function clean({ name, keep, oldest, removeBatch }: CleaningRule, lease: Lease, signal: AbortSignal) {
    const before = new Date(clock.now() - keep * 1000);
    const first = await oldest(before);
    backlogs.set(name, first === null ? 0 : (before.getTime() - first.getTime()) / 1000);
    if (first === null) return 0;
    let removed = 0;
    let limit = firstBatch;
    while (!signal.aborted) {
      await lease.renew();
      const started = performance.now();
      const count = await removeBatch(before, limit);
      const tookMs = performance.now() - started;
      removed += count;
      removedTotal.inc({ kind: name }, count);
      if (count < limit) {
        backlogs.set(name, 0);
        break;
      }
      limit = adaptBatch(limit, tookMs);
      await rest(pauseAfter(tookMs), signal);
    }
    return removed;
  }

  /** One rule's failure is no other's. */
  async function cleanOrTell(rule: CleaningRule, lease: Lease, signal: AbortSignal): Promise<number> {
    try {
      return await clean(rule, lease, signal);
    } catch (error) {
      onError(error);
      return 0;
    }
  }

  async function runAll(lease: Lease, signal: AbortSignal): Promise<Map<string, number>> {
    const started = performance.now();
    for (const { work } of chores) await work().catch(onError);
    const counts = new Map<string, number>();
    for (const rule of rules) {
      if (signal.aborted) break;
      await lease.renew();
      counts.set(rule.name, await cleanOrTell(rule, lease, signal));
    }
    if (!signal.aborted) finishedAt = clock.now();
    const removed = Object.fromEntries([...counts].filter(([, count]) => count > 0));
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    if (Object.keys(removed).length > 0) logger.info({ removed, seconds }, "removed what had ended long ago");
    return counts;
  }

  async function run(asked?: AbortSignal): Promise<ReadonlyMap<string, number> | null> {
    const signal = asked ? AbortSignal.any([asked, stopping.signal]) : stopping.signal;
    const lease = await takeLease(database, "holdfast.hygiene");
    if (!lease) return null;
    try {
      return await runAll(lease, signal);
    } finally {
      await lease.release();
    }
  }

  const periodic = runPeriodically({ everyMs: runEveryMs, work: async () => void (await run()), onError });
  return {
    run,
    async close() {
      stopping.abort();
      await periodic.stop();
    },
  };
}

/** Waits, or less long when it is to stop. */
async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal, ref: false }).catch(() => undefined);
}
