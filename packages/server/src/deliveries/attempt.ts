import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../clock/clock.ts";
import { createTurns } from "../jobs/turns.ts";
import type { Database, DatabaseTransaction, Queries } from "../storage/database.ts";
import { releaseClaim } from "./claim-store.ts";
import type { DueDelivery, Outcome, Send } from "./delivery.ts";
import { disableDestination } from "./destination-store.ts";
import {
  bringForward,
  insertAttempt,
  noteFailure,
  noteSuccess,
  noteTold,
  pauseDestination,
  settle,
} from "./record-store.ts";
import { delayAfter, pauseAfter } from "./schedule.ts";

const hourMs = 3_600_000;
// After this the operator is told, while the attempts go on.
const tellAfterMs = hourMs;
// A destination that has taken nothing for this long, when a message is given up, is sent nothing more.
const disableAfterMs = 60 * hourMs;
// What waits is sent at once when a destination takes messages again after an outage. After a short one it comes soon
// anyway, and one message that is never taken, among others that are, must not use up its attempts.
const longOutageMs = hourMs;

// Connections that what came of attempts is written down with, at once.
const writersAtOnce = 3;
// What cannot be written down is an attempt that will be made again: a database that is busy gets some time.
const writeAgainAfterMs = [100, 500, 2_000, 5_000];

/** Why a destination was disabled. */
export type DisabledReason = "gone" | "failing" | "operator";

/** What happens to a destination; told in the transaction that makes it so. */
export interface DestinationNews {
  readonly onFailing: (
    tx: DatabaseTransaction,
    destinationId: string,
    news: { readonly since: Date; readonly last: Outcome },
  ) => Promise<void>;
  readonly onDisabled: (tx: DatabaseTransaction, destinationId: string, reason: DisabledReason) => Promise<void>;
}

export interface AttemptDeps extends DestinationNews {
  readonly database: Database;
  readonly clock: Clock;
  readonly send: Send;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Called when an attempt is over and written down. */
  readonly onAttempted: (delivery: DueDelivery, outcome: Outcome, startedAt: Date) => void;
}

/** Makes one attempt and writes down what came of it. An attempt that was called off has not been made. */
export function createAttempt(deps: AttemptDeps) {
  const { database, clock, send, onAttempted } = deps;
  const turns = createTurns(writersAtOnce);

  return async (delivery: DueDelivery, signal: AbortSignal): Promise<Outcome | null> => {
    const startedAt = new Date(clock.now());
    const began = performance.now();
    const outcome = await send(delivery, signal);
    if (signal.aborted && outcome.verdict !== "accepted") {
      await releaseClaim(database.queries, delivery, new Date(clock.now()));
      return null;
    }
    const durationMs = Math.round(performance.now() - began);
    const writeDown = () =>
      database.transaction(async (tx) => {
        // First the destination, then the message: whoever removes a destination locks them in this order.
        const since = await record(deps, tx, { delivery, outcome, startedAt });
        const { status, error, answer, name } = outcome;
        await insertAttempt(tx, delivery.id, {
          ...{ number: delivery.number, startedAt, durationMs, outcome: name },
          ...{ status, error, answer },
        });
        return since;
      });
    const failedSince = await persist(() => turns(writeDown));
    onAttempted(delivery, outcome, startedAt);
    if (failedSince && startedAt.getTime() - failedSince.getTime() >= longOutageMs) {
      await bringAllForward(database.queries, delivery.destinationId, new Date(clock.now()));
    }
    return outcome;
  };
}

async function persist<Result>(work: () => Promise<Result>): Promise<Result> {
  for (const pauseMs of writeAgainAfterMs) {
    try {
      return await work();
    } catch {
      await delay(pauseMs);
    }
  }
  return work();
}

interface Attempted {
  readonly delivery: DueDelivery;
  readonly outcome: Outcome;
  readonly startedAt: Date;
}

/** Settles the message and the destination. Answers since when the destination had failed that works again. */
async function record(deps: AttemptDeps, tx: DatabaseTransaction, attempted: Attempted): Promise<Date | null> {
  const { delivery, outcome } = attempted;
  const now = new Date(deps.clock.now());
  if (outcome.verdict === "accepted") {
    const failedSince = await noteSuccess(tx, delivery.destinationId);
    await settle(tx, delivery, { state: "delivered", at: now });
    return failedSince;
  }
  const delayMs = delayAfter(delivery.step, outcome.retryAfterMs, deps.random());
  const isGivenUp = outcome.verdict === "give_up" || delayMs === null;
  await recordFailure(deps, tx, { ...attempted, isGivenUp });
  await settle(tx, delivery, {
    state: isGivenUp ? "failed" : "waiting",
    at: isGivenUp ? now : new Date(now.getTime() + delayMs),
  });
  return null;
}

async function recordFailure(
  { clock, onFailing, onDisabled }: AttemptDeps,
  tx: DatabaseTransaction,
  { delivery, outcome, startedAt, isGivenUp }: Attempted & { readonly isGivenUp: boolean },
): Promise<void> {
  const { destinationId } = delivery;
  const now = clock.now();
  // A message that the receiver will not have says nothing about the others.
  if (outcome.verdict === "give_up") return;
  const health = await noteFailure(tx, destinationId, startedAt);
  if (!health || health.isDisabled) return;
  const failingForMs = now - health.failingSince.getTime();
  if (outcome.verdict === "slow_down" || outcome.retryAfterMs !== null) {
    await pauseDestination(tx, destinationId, new Date(now + pauseAfter(failingForMs, outcome.retryAfterMs)));
  }
  if (outcome.verdict === "gone") {
    await disable("gone");
  } else if (isGivenUp && failingForMs >= disableAfterMs) {
    await disable("failing");
  } else if (failingForMs >= tellAfterMs && !health.isTold) {
    await noteTold(tx, destinationId, new Date(now));
    await onFailing(tx, destinationId, { since: health.failingSince, last: outcome });
  }

  async function disable(reason: DisabledReason): Promise<void> {
    await disableDestination(tx, destinationId, { reason, now: new Date(now) });
    await onDisabled(tx, destinationId, reason);
  }
}

/** A few at a time: no statement holds many rows for long. */
async function bringAllForward(queries: Queries, destinationId: string, now: Date): Promise<void> {
  while ((await bringForward(queries, destinationId, now)) > 0);
}
