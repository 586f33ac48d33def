import type { Metrics } from "../metrics/metrics.ts";

/** What there is to count when somebody asks. */
export interface WebhookFigures {
  readonly waiting: number;
  readonly oldestDueAt: Date | null;
  readonly failing: number;
  readonly disabled: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const secondBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 600];

/** What webhooks count. */
export function createWebhookMetrics(metrics: Metrics) {
  const attemptsHelp = "Attempts to send a message, by outcome: delivered, refused, or why there was no answer.";
  const firstHelp = "From when something happened to the first attempt to tell of it.";
  return {
    attempts: metrics.counter("holdfast_webhook_attempts_total", attemptsHelp, ["outcome"]),
    firstAttempt: metrics.histogram("holdfast_webhook_first_attempt_seconds", firstHelp, secondBuckets),
    /** Reads these figures at the moment they are asked for. */
    watch(read: () => WebhookFigures) {
      const waiting = "Messages to be sent, up to 10,000.";
      metrics.gauge("holdfast_webhook_messages_waiting", waiting, () => read().waiting);
      const overdue = "For how long the message has been due that is overdue longest.";
      metrics.gauge("holdfast_webhook_overdue_seconds", overdue, () => secondsOverdue(read()));
      const failing = "Endpoints whose last attempt failed.";
      metrics.gauge("holdfast_webhook_endpoints_failing", failing, () => read().failing);
      const disabled = "Endpoints that are sent nothing.";
      metrics.gauge("holdfast_webhook_endpoints_disabled", disabled, () => read().disabled);
    },
  };
}

function secondsOverdue({ oldestDueAt, now }: WebhookFigures): number {
  return oldestDueAt === null ? 0 : Math.max((now - oldestDueAt.getTime()) / 1000, 0);
}
