import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** What there is to count when somebody asks. */
export interface WebhookFigures {
  readonly waiting: number;
  readonly oldestDueAt: Date | null;
  readonly failing: number;
  readonly disabled: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What webhooks count. */
export interface WebhookMetrics {
  readonly attempts: Counter<"outcome">;
  readonly firstAttempt: Histogram;
  /** Reads these figures at the moment they are asked for. */
  watch(read: () => WebhookFigures): void;
}

export function createWebhookMetrics(registry: Registry): WebhookMetrics {
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
    attempts: new Counter({
      name: "holdfast_webhook_attempts_total",
      help: "Attempts to send a message, by outcome: delivered, refused, or why there was no answer.",
      labelNames: ["outcome"],
      registers,
    }),
    firstAttempt: new Histogram({
      name: "holdfast_webhook_first_attempt_seconds",
      help: "From when something happened to the first attempt to tell of it.",
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 600],
      registers,
    }),
    watch(read) {
      gauge("holdfast_webhook_messages_waiting", "Messages to be sent, up to 10,000.", () => read().waiting);
      const overdue = "For how long the message has been due that is overdue longest.";
      gauge("holdfast_webhook_overdue_seconds", overdue, () => {
        const { oldestDueAt, now } = read();
        return oldestDueAt === null ? 0 : Math.max((now - oldestDueAt.getTime()) / 1000, 0);
      });
      gauge("holdfast_webhook_endpoints_failing", "Endpoints whose last attempt failed.", () => read().failing);
      gauge("holdfast_webhook_endpoints_disabled", "Endpoints that are sent nothing.", () => read().disabled);
    },
  };
}
