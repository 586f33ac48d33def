import type { Metrics } from "../metrics/metrics.ts";

/** What there is to count when somebody asks. */
export interface SignalFigures {
  readonly waiting: number;
  readonly failing: number;
}

export type SignalMetrics = ReturnType<typeof createSignalMetrics>;

/** What streams of security event tokens count. */
export function createSignalMetrics(metrics: Metrics) {
  const help =
    "Security event tokens by method and outcome. Push: accepted, refused, or why there was no answer; poll: handed_out, acknowledged, refused.";
  return {
    tokens: metrics.counter("holdfast_signals_total", help, ["method", "outcome"]),
    /** Reads these figures at the moment they are asked for. */
    watch(read: () => SignalFigures) {
      const waiting = "Security event tokens to be pushed, up to 10,000.";
      metrics.gauge("holdfast_signals_push_waiting", waiting, () => read().waiting);
      const failing = "Streams whose last push failed.";
      metrics.gauge("holdfast_signals_push_failing", failing, () => read().failing);
    },
  };
}
