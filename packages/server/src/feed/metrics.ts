import type { Metrics } from "../metrics/metrics.ts";

/** What there is to count when somebody asks. */
export interface FeedFigures {
  readonly followers: () => readonly {
    readonly kind: string;
    readonly service: string | null;
    readonly count: number;
  }[];
  readonly carriers: () => readonly { readonly name: string; readonly isUp: boolean }[];
}

const lagBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30];

/** What the feed counts. */
export function createFeedMetrics(metrics: Metrics, { followers, carriers }: FeedFigures) {
  const greeted = metrics.counter(
    "holdfast_feed_greetings_total",
    "Streams that began, by kind: newcomer, resumed, or resynced because their cursor led nowhere.",
    ["kind"],
  );
  const ended = metrics.counter(
    "holdfast_feed_ended_total",
    "Followers that are gone: left, slow (did not read), displaced (by one with fewer places), draining.",
    ["reason"],
  );
  const lag = metrics.histogram(
    "holdfast_feed_lag_seconds",
    "From when something happened to when this node told its followers, by message.",
    lagBuckets,
    ["event"],
  );
  metrics.gauges(
    "holdfast_feed_followers",
    "Who follows the feed on this node, by kind (stream, poll) and service; empty for anybody.",
    ["kind", "service"],
    function* () {
      for (const kind of ["stream", "poll"]) yield [{ kind, service: "" }, 0];
      for (const { kind, service, count } of followers()) yield [{ kind, service: service ?? "" }, count];
    },
  );
  metrics.gauges(
    "holdfast_feed_carrier_up",
    "Whether news of other nodes comes this way just now; without it they are found within a second.",
    ["carrier"],
    () => carriers().map(({ name, isUp }) => [{ carrier: name }, isUp ? 1 : 0] as const),
    "min",
  );

  return {
    greeted,
    ended,
    /** Notes a message, and how old it was when this node told it. */
    told: (event: string, ageMs: number) => lag.observe({ event }, Math.max(0, ageMs) / 1000),
  };
}
