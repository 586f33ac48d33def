import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** What there is to count when somebody asks. */
export interface FeedFigures {
  readonly followers: () => readonly {
    readonly kind: string;
    readonly service: string | null;
    readonly count: number;
  }[];
  readonly carriers: () => readonly { readonly name: string; readonly isUp: boolean }[];
}

/** What the feed counts. */
export interface FeedMetrics {
  readonly greeted: Counter<"kind">;
  readonly ended: Counter<"reason">;
  readonly carried: Counter<"carrier" | "direction">;
  /** Notes a message, and how old it was when this node told it. */
  told(event: string, ageMs: number): void;
  /** Reads these figures at the moment they are asked for. */
  watch(figures: FeedFigures): void;
}

export function createFeedMetrics(registry: Registry): FeedMetrics {
  const registers = [registry];
  const lag = new Histogram({
    name: "holdfast_feed_lag_seconds",
    help: "From when something happened to when this node told its followers, by message.",
    labelNames: ["event"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30],
    registers,
  });
  return {
    greeted: new Counter({
      name: "holdfast_feed_greetings_total",
      help: "Streams that began, by kind: newcomer, resumed, or resynced because their cursor led nowhere.",
      labelNames: ["kind"],
      registers,
    }),
    ended: new Counter({
      name: "holdfast_feed_ended_total",
      help: "Followers that are gone: left, slow (did not read), displaced (by one with fewer places), draining.",
      labelNames: ["reason"],
      registers,
    }),
    carried: new Counter({
      name: "holdfast_feed_carried_total",
      help: "Lines that a carrier took to other nodes or brought from them: sent, received, or rejected as not ours.",
      labelNames: ["carrier", "direction"],
      registers,
    }),
    told: (event, ageMs) => lag.observe({ event }, Math.max(0, ageMs) / 1000),
    watch: (figures) => watchFigures(registry, figures),
  };
}

function watchFigures(registry: Registry, { followers, carriers }: FeedFigures): void {
  new Gauge({
    name: "holdfast_feed_followers",
    help: "Who follows the feed on this node, by kind (stream, poll) and service; empty for anybody.",
    labelNames: ["kind", "service"],
    registers: [registry],
    collect() {
      this.reset();
      for (const kind of ["stream", "poll"]) this.set({ kind, service: "" }, 0);
      for (const { kind, service, count } of followers()) this.set({ kind, service: service ?? "" }, count);
    },
  });
  new Gauge({
    name: "holdfast_feed_carrier_up",
    help: "Whether news of other nodes comes this way just now; without it they are found within a second.",
    labelNames: ["carrier"],
    registers: [registry],
    collect() {
      for (const { name, isUp } of carriers()) this.set({ carrier: name }, isUp ? 1 : 0);
    },
  });
}
