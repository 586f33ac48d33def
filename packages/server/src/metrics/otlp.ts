import type { HrTime } from "@opentelemetry/api";
import type { PushMetricExporter } from "@opentelemetry/sdk-metrics";
import type { CollectedMetric } from "./otlp-data.ts";

export interface OtlpOptions {
  /** The collector's base address; the figures go to `/v1/metrics` below it (OTLP/HTTP). */
  readonly endpoint: string;
  /** Seconds between two pushes. */
  readonly every: number;
  /** What tells this instance from others. */
  readonly resource: Readonly<Record<string, string>>;
  readonly collect: () => Promise<readonly CollectedMetric[]>;
  readonly onError: (error: unknown) => void;
}

/**
 * Pushes what Prometheus could read to an OpenTelemetry collector as well. What else there is to set (headers,
 * certificates, compression, time-out) the exporter takes from the `OTEL_EXPORTER_OTLP_*` environment, as everywhere.
 *
 * @returns the way to stop, which pushes the last figures first
 */
export async function startOtlp({ endpoint, every, resource, collect, onError }: OtlpOptions) {
  // Only who uses it loads it.
  const [{ OTLPMetricExporter }, { MeterProvider, PeriodicExportingMetricReader }, { resourceFromAttributes }, data] =
    await Promise.all([
      import("@opentelemetry/exporter-metrics-otlp-http"),
      import("@opentelemetry/sdk-metrics"),
      import("@opentelemetry/resources"),
      import("./otlp-data.ts"),
    ]);
  const startTime = toHrTime(Date.now());
  const attributes = resourceFromAttributes(resource);

  async function produce() {
    const span = { startTime, endTime: toHrTime(Date.now()) };
    const metrics = (await collect()).map((metric) => data.toMetricData(metric, span)).filter((each) => each !== null);
    const scopeMetrics = [{ scope: { name: "holdfast" }, metrics }];
    return { resourceMetrics: { resource: attributes, scopeMetrics }, errors: [] };
  }

  const exporter = new OTLPMetricExporter({ url: `${endpoint.replace(/\/+$/, "")}/v1/metrics` });
  const reader = new PeriodicExportingMetricReader({
    exporter: tellFailures(exporter, onError),
    exportIntervalMillis: every * 1000,
    exportTimeoutMillis: Math.min(every * 1000, 10_000),
    metricProducers: [{ collect: produce }],
  });
  const provider = new MeterProvider({ resource: attributes, readers: [reader] });
  return { stop: () => provider.shutdown({ timeoutMillis: 5_000 }).catch(onError) };
}

/** The library tells its own log, which nobody reads, when a collector does not answer. */
function tellFailures(exporter: PushMetricExporter, onError: (error: unknown) => void): PushMetricExporter {
  const told: PushMetricExporter = Object.create(exporter);
  told.export = (metrics, done) =>
    exporter.export(metrics, (result) => {
      if (result.error) onError(result.error);
      done(result);
    });
  return told;
}

function toHrTime(ms: number): HrTime {
  return [Math.floor(ms / 1000), (ms % 1000) * 1_000_000];
}
