import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { createFeedMetrics, type FeedMetrics } from "./feed-metrics.ts";
import type { CollectedMetric } from "./otlp-data.ts";
import { createWebhookMetrics, type WebhookMetrics } from "./webhook-metrics.ts";

/** What this instance counts, for Prometheus. */
export interface Metrics {
  readonly signins: Counter<"provider" | "result">;
  readonly refreshes: Counter<"client" | "verdict">;
  readonly refreshBatches: Histogram;
  readonly requests: Histogram<"route" | "status">;
  readonly rateLimited: Counter<"limit">;
  readonly tokenVerdicts: Counter<"service" | "client" | "verdict">;
  readonly hygieneRemoved: Counter<"kind">;
  readonly feed: FeedMetrics;
  readonly webhooks: WebhookMetrics;
  /** Reads a figure at the moment it is asked for. */
  gauge(name: string, help: string, read: () => number): void;
  /** Every figure, for whoever passes them on. */
  collect(): Promise<readonly CollectedMetric[]>;
  /** The text format of Prometheus. */
  text(): Promise<string>;
  readonly contentType: string;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    signins: new Counter({
      name: "holdfast_signins_total",
      help: "Sign-ins by provider and result: ok, or the error code.",
      labelNames: ["provider", "result"],
      registers: [registry],
    }),
    refreshes: new Counter({
      name: "holdfast_refreshes_total",
      help: "Presented refresh tokens by client and verdict.",
      labelNames: ["client", "verdict"],
      registers: [registry],
    }),
    refreshBatches: new Histogram({
      name: "holdfast_refresh_batch_size",
      help: "Refreshes that one statement carried.",
      buckets: [1, 2, 4, 8, 16, 32, 64, 128],
      registers: [registry],
    }),
    requests: new Histogram({
      name: "holdfast_http_request_duration_seconds",
      help: "HTTP requests by route and status.",
      labelNames: ["route", "status"],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers: [registry],
    }),
    tokenVerdicts: new Counter({
      name: "holdfast_token_verdicts_total",
      help: "What services reported of access tokens: accepted, or the error code. The client is empty where none is known.",
      labelNames: ["service", "client", "verdict"],
      registers: [registry],
    }),
    rateLimited: new Counter({
      name: "holdfast_rate_limited_total",
      help: "Requests that were answered 429, by limit.",
      labelNames: ["limit"],
      registers: [registry],
    }),
    hygieneRemoved: new Counter({
      name: "holdfast_hygiene_removed_total",
      help: "What was removed because it had ended long ago, by kind; for event_weeks whole weeks, else rows.",
      labelNames: ["kind"],
      registers: [registry],
    }),
    feed: createFeedMetrics(registry),
    webhooks: createWebhookMetrics(registry),
    gauge(name, help, read) {
      new Gauge({
        name,
        help,
        registers: [registry],
        collect() {
          this.set(read());
        },
      });
    },
    // Its declaration calls the kind of a metric a number; it is a word.
    collect: async () => (await registry.getMetricsAsJSON()) as unknown as readonly CollectedMetric[],
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
