import { errorCatalogue, type UsageCount, type UsageReport } from "@holdfast/protocol";
import type { Clients } from "../clients/index.ts";
import type { Clock } from "../clock/clock.ts";
import { AppError } from "../http/app-error.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Database } from "../storage/database.ts";
import { addToHour, type HourCount, insertReport } from "./store.ts";

/** A report of longer ago is not taken: nobody would know any more whether it was counted. Seconds. */
export const oldestReportSeconds = 7 * 86_400;
const hourMs = 3_600_000;

export interface UsageDeps {
  readonly database: Database;
  readonly clients: Clients;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

export interface Usage {
  /**
   * Counts a service's report, once: one that comes again changes nothing.
   *
   * @throws AppError `invalid_request` when it is too old
   */
  record(serviceId: string, report: UsageReport): Promise<void>;
}

export function createUsage({ database, clients, clock, metrics }: UsageDeps): Usage {
  const help =
    "What services reported of access tokens: accepted, or the code. The client is empty where none is known.";
  const verdicts = metrics.counter("holdfast_token_verdicts_total", help, ["service", "client", "verdict"]);

  return {
    async record(serviceId, report) {
      const now = clock.now();
      if (report.to_ms < now - oldestReportSeconds * 1000) {
        throw new AppError("invalid_request", "The report is more than seven days old.");
      }
      // By the service's clock, which may be ahead.
      const hour = new Date(Math.floor(Math.min(report.to_ms, now) / hourMs) * hourMs);
      const counts = bound(report.counts, clients);
      const isNew = await database.transaction(async (tx) => {
        const noted = await insertReport(tx, { serviceId, reportId: report.report_id, receivedAt: new Date(now) });
        if (noted) await addToHour(tx, { hour, serviceId }, counts);
        return noted;
      });
      if (!isNew) return;
      for (const { clientId, verdict, tokens } of counts) {
        verdicts.inc({ service: serviceId, client: clientId, verdict }, tokens);
      }
    },
  };
}

const knownVerdicts = new Set([
  "accepted",
  ...Object.entries(errorCatalogue).flatMap(([code, { area }]) => (area === "token" ? [code] : [])),
]);

/**
 * Sums by what we know, so that no service can make rows and labels without end: a client that is not configured is
 * none, and what a later version of the verifier says is `other`.
 */
function bound(counts: readonly UsageCount[], clients: Clients): HourCount[] {
  const sums = new Map<string, HourCount>();
  for (const { client_id, verdict: said, tokens } of counts) {
    const clientId = client_id !== null && clients.find(client_id) ? client_id : "";
    const verdict = knownVerdicts.has(said) ? said : "other";
    const key = `${clientId} ${verdict}`;
    sums.set(key, { clientId, verdict, tokens: tokens + (sums.get(key)?.tokens ?? 0) });
  }
  return [...sums].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, sum]) => sum);
}
