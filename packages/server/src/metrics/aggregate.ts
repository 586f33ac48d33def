import { AggregatorRegistry } from "prom-client";
import type { CollectedMetric } from "./otlp-data.ts";

/** Figures as Prometheus reads them. */
export interface MetricsReport {
  text(): Promise<string>;
  readonly contentType: string;
}

/** The figures of several processes as one: what is counted is summed, and a gauge says itself how it adds up. */
export function aggregateMetrics(collectAll: () => Promise<readonly (readonly CollectedMetric[])[]>): MetricsReport {
  return {
    async text() {
      const all = await collectAll();
      // Its declaration asks for whole registries; it reads what they say of themselves.
      return AggregatorRegistry.aggregate(all as unknown as object[]).metrics();
    },
    contentType: AggregatorRegistry.PROMETHEUS_CONTENT_TYPE,
  };
}
