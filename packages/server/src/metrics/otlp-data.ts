import type { HrTime } from "@opentelemetry/api";
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
} from "@opentelemetry/sdk-metrics";

/** A metric as prom-client hands it out. */
export interface CollectedMetric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly values: readonly CollectedValue[];
}

interface CollectedValue {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number | undefined>>;
  /** Of a histogram: which of its series this is. */
  readonly metricName?: string | undefined;
}

/** Since when has been counted, and when it was read. */
export interface Span {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
}

/**
 * A metric of Prometheus in OpenTelemetry's data model: a counter is a cumulative monotonic sum, a histogram keeps its
 * buckets, which here count what fell between two bounds and not what fell below one.
 */
export function toMetricData(metric: CollectedMetric, span: Span): MetricData | null {
  const shared = {
    descriptor: { name: metric.name, description: metric.help, unit: unitOf(metric.name), valueType: 1 },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  switch (metric.type) {
    case "counter":
      return { ...shared, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: toPoints(metric, span) };
    case "gauge":
      return { ...shared, dataPointType: DataPointType.GAUGE, dataPoints: toPoints(metric, span) };
    case "histogram":
      return { ...shared, dataPointType: DataPointType.HISTOGRAM, dataPoints: toHistograms(metric, span) };
    default:
      return null;
  }
}

function toPoints({ values }: CollectedMetric, span: Span): DataPoint<number>[] {
  return values.map(({ value, labels }) => ({ ...span, attributes: attributesOf(labels), value }));
}

function toHistograms({ name, values }: CollectedMetric, span: Span): DataPoint<Histogram>[] {
  const series = Map.groupBy(values, ({ labels }) => JSON.stringify(attributesOf(labels)));
  return [...series.values()].map((parts) => {
    const read = (metricName: string) => parts.find((part) => part.metricName === metricName)?.value ?? 0;
    const buckets = parts.filter(({ labels }) => labels["le"] !== undefined);
    const below = buckets.map(({ value }) => value);
    return {
      ...span,
      attributes: attributesOf(parts[0]?.labels ?? {}),
      value: {
        buckets: {
          boundaries: buckets.map(({ labels }) => Number(labels["le"])).filter(Number.isFinite),
          counts: below.map((count, index) => count - (below[index - 1] ?? 0)),
        },
        sum: read(`${name}_sum`),
        count: read(`${name}_count`),
      },
    };
  });
}

/** A label's value is text; the bound of a bucket says where it ends, not what is counted. */
function attributesOf(labels: CollectedValue["labels"]): Record<string, string> {
  const told = Object.entries(labels).filter(([name, value]) => name !== "le" && value !== undefined);
  return Object.fromEntries(told.map(([name, value]) => [name, String(value)]));
}

/** Prometheus writes the unit into the name; OpenTelemetry has a field for it (UCUM). */
function unitOf(name: string): string {
  if (/_seconds(_total)?$/.test(name)) return "s";
  return /_bytes(_total)?$/.test(name) ? "By" : "";
}
