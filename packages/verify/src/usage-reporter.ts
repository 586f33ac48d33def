import type { UsageReport } from "@holdfast/protocol";
import { basicAuthorization, type ServiceCredentials } from "./credentials.ts";
import type { Discovery } from "./discovery.ts";
import type { Emit } from "./events.ts";
import { type FetchJson, HttpStatusError } from "./fetch-json.ts";
import type { Clock, Timers } from "./timers.ts";
import { createUsageTally } from "./usage-tally.ts";

/** How the reporting of counts is doing. */
export interface UsageStatus {
  /** When the issuer last took a report: milliseconds since 1970-01-01T00:00:00Z; null before the first. */
  readonly reportedAt: number | null;
  /** Why the last attempt failed; null when it succeeded. */
  readonly lastError: string | null;
}

/** Reports to the issuer what was said of tokens. */
export interface UsageReporter {
  /** @param clientId undefined where none is known */
  countAccepted(clientId: string): void;
  countRefused(clientId: string | undefined, code: string): void;
  status(): UsageStatus;
  /** Sends what is left, and no more afterwards. Resolves when that has succeeded or failed; never rejects. */
  close(): Promise<void>;
}

/** The server cannot read the report, and never will. */
const hopelessStatuses: readonly number[] = [400, 413, 415, 422];

/**
 * Makes one that has counted nothing yet, and sends nothing before it has. A report that fails is kept and sent again
 * with its id, at the next interval; what is counted meanwhile waits for the one after it. So the memory is bounded
 * however long the issuer is away, and no token is counted twice.
 */
export function createUsageReporter(deps: {
  /** About every so often, in milliseconds; processes that started together do not report together. */
  readonly everyMs: number;
  readonly discovery: Discovery;
  readonly fetchJson: FetchJson;
  readonly credentials: ServiceCredentials;
  readonly clock: Clock;
  readonly timers: Timers;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly emit: Emit;
}): UsageReporter {
  const { clock, timers } = deps;
  const authorization = basicAuthorization(deps.credentials);
  const tally = createUsageTally();
  let fromMs = Math.floor(clock.now());
  let unsent: UsageReport | undefined;
  let timer: unknown;
  let isClosed = false;
  let sending: Promise<void> | undefined;
  let reportedAt: number | null = null;
  let lastError: string | null = null;

  function schedule(): void {
    if (timer !== undefined || isClosed) return;
    timer = timers.setTimeout(
      () => {
        void report().then(() => {
          timer = undefined;
          if (unsent || !tally.isEmpty) schedule();
        });
      },
      deps.everyMs * (0.8 + 0.4 * deps.random()),
    );
  }

  function nextReport(): UsageReport {
    const [from_ms, to_ms] = [fromMs, Math.max(fromMs, Math.floor(clock.now()))];
    fromMs = to_ms;
    return { report_id: crypto.randomUUID(), from_ms, to_ms, counts: tally.take() };
  }

  async function send(report: UsageReport): Promise<void> {
    const { usageEndpoint } = await deps.discovery.read();
    if (usageEndpoint === undefined) throw new Error("The issuer's metadata has no holdfast_usage_endpoint");
    const headers = { authorization, "content-type": "application/json" };
    await deps.fetchJson(usageEndpoint, { body: JSON.stringify(report), headers });
  }

  /** Sends what failed before, and then what was counted since. */
  async function sendAll(): Promise<void> {
    try {
      while (unsent || !tally.isEmpty) {
        unsent ??= nextReport();
        await send(unsent);
        unsent = undefined;
        reportedAt = clock.now();
        lastError = null;
      }
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      lastError = error.message;
      if (error instanceof HttpStatusError && hopelessStatuses.includes(error.status)) unsent = undefined;
      deps.emit({ type: "usage_failed", error });
    }
  }

  function report(): Promise<void> {
    sending ??= sendAll().finally(() => {
      sending = undefined;
    });
    return sending;
  }

  function count(clientId: string | undefined, verdict: string): void {
    tally.count(clientId, verdict);
    if (timer === undefined) schedule();
  }

  return {
    countAccepted: (clientId) => count(clientId, "accepted"),
    countRefused: count,
    status: () => ({ reportedAt, lastError }),
    close() {
      isClosed = true;
      timers.clearTimeout(timer);
      return Promise.resolve(sending).then(report);
    },
  };
}
