import { Counter, Gauge, type Registry } from "prom-client";

/** What there is to count when somebody asks. */
export interface SignalFigures {
  readonly waiting: number;
  readonly failing: number;
}

/** What streams of security event tokens count. */
export interface SignalMetrics {
  readonly tokens: Counter<"method" | "outcome">;
  /** Reads these figures at the moment they are asked for. */
  watch(read: () => SignalFigures): void;
}

export function createSignalMetrics(registry: Registry): SignalMetrics {
  const registers = [registry];

  function gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  }

  return {
    tokens: new Counter({
      name: "holdfast_signals_total",
      help: "Security event tokens by method and outcome. Push: accepted, refused, or why there was no answer; poll: handed_out, acknowledged, refused.",
      labelNames: ["method", "outcome"],
      registers,
    }),
    watch(read) {
      gauge("holdfast_signals_push_waiting", "Security event tokens to be pushed, up to 10,000.", () => read().waiting);
      gauge("holdfast_signals_push_failing", "Streams whose last push failed.", () => read().failing);
    },
  };
}
