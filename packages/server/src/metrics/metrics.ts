import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { CollectedMetric } from "./otlp-data.ts";

/** Reads figures, each with its labels. */
export type ReadGauges<Label extends string> = () => Iterable<readonly [Readonly<Record<Label, string>>, number]>;

/** What this instance counts. Every feature makes its own figures here; names begin with `holdfast_`. */
export interface Metrics {
  /** Counts what happens. By convention its name ends with `_total`. */
  counter<Label extends string = never>(name: string, help: string, labels?: readonly Label[]): Counter<Label>;
  /** Counts how large or how long things are; the buckets are upper bounds. */
  histogram<Label extends string = never>(
    name: string,
    help: string,
    buckets: readonly number[],
    labels?: readonly Label[],
  ): Histogram<Label>;
  /** Reads a figure at the moment it is asked for. Of several workers, the largest counts. */
  gauge(name: string, help: string, read: () => number | Promise<number>): void;
  /**
   * The same of several figures, told apart by labels; of several workers they are summed, or the
   * least of them counts.
   */
  gauges<Label extends string>(
    name: string,
    help: string,
    labels: readonly Label[],
    read: ReadGauges<Label>,
    across?: "sum" | "min",
  ): void;
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
    counter: (name, help, labels = []) => new Counter({ name, help, labelNames: [...labels], registers: [registry] }),
    histogram: (name, help, buckets, labels = []) =>
      new Histogram({ name, help, buckets: [...buckets], labelNames: [...labels], registers: [registry] }),
    gauge(name, help, read) {
      new Gauge({
        name,
        help,
        aggregator: "max",
        registers: [registry],
        async collect() {
          this.set(await read());
        },
      });
    },
    gauges(name, help, labels, read, across = "sum") {
      new Gauge({
        name,
        help,
        labelNames: [...labels],
        aggregator: across,
        registers: [registry],
        collect() {
          this.reset();
          for (const [values, figure] of read()) this.set(values, figure);
        },
      });
    },
    // Its declaration calls the kind of a metric a number; it is a word.
    collect: async () => (await registry.getMetricsAsJSON()) as unknown as readonly CollectedMetric[],
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
