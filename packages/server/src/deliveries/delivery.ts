/** A message to one destination, as it is given to the queue. */
export interface NewDelivery {
  readonly destinationId: string;
  /** What the receiver knows it by. One destination gets a message once, however often it is queued. */
  readonly messageId: string;
  readonly type: string;
  readonly body: string;
  /** When the event was that it tells of. */
  readonly occurredAt: Date;
  /** Not before then. Default: at once. */
  readonly notBefore?: Date;
}

/** A message whose time has come. */
export interface DueDelivery extends NewDelivery {
  readonly id: string;
  /** Which attempt this is, from 1. */
  readonly number: number;
  /** How many of the schedule's attempts are used up with this one. */
  readonly step: number;
}

/**
 * What is to become of a message after an attempt.
 *
 * - `accepted`: the receiver has it.
 * - `retry`: try again, by the schedule.
 * - `slow_down`: the same, and leave the destination alone for a while.
 * - `give_up`: the receiver will never take this message.
 * - `gone`: the receiver wants none any more.
 */
export type Verdict = "accepted" | "retry" | "slow_down" | "give_up" | "gone";

/** How an attempt went. */
export interface Outcome {
  readonly verdict: Verdict;
  /** For the log and the metrics: `delivered`, `refused`, or why there was no answer. */
  readonly name: string;
  /** The HTTP status, where there was an answer. */
  readonly status: number | null;
  /** What went wrong, in a few words. */
  readonly error: string | null;
  /** The beginning of the answer's body. */
  readonly answer: string | null;
  /** How long the receiver asked to be left alone, in milliseconds. */
  readonly retryAfterMs: number | null;
}

/** Knows how to bring a message to its destination. Never throws for what the receiver does. */
export type Send = (delivery: DueDelivery, signal: AbortSignal) => Promise<Outcome>;

export type DeliveryState = "waiting" | "delivered" | "failed";

/** A message in the delivery log. */
export interface LoggedDelivery {
  readonly id: string;
  readonly destinationId: string;
  readonly messageId: string;
  readonly type: string;
  readonly occurredAt: Date;
  readonly createdAt: Date;
  readonly state: DeliveryState;
  readonly attempts: number;
  /** Null once it is settled. */
  readonly nextAttemptAt: Date | null;
  readonly finishedAt: Date | null;
  /** How the last attempt that came to an end went; null before. */
  readonly last: LoggedAttempt | null;
}

/** An attempt in the delivery log. One that a node's end cut short left no line. */
export interface LoggedAttempt {
  readonly number: number;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly outcome: string;
  readonly status: number | null;
  readonly error: string | null;
  readonly answer: string | null;
}
