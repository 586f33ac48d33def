import type { Clock } from "../clock/clock.ts";
import { type PeriodicWork, runPeriodically } from "../jobs/periodic.ts";
import type { Database, Queries } from "../storage/database.ts";
import { type AttemptDeps, createAttempt } from "./attempt.ts";
import { claimDue, claimOne } from "./claim-store.ts";
import type { LoggedAttempt, LoggedDelivery, NewDelivery, Outcome } from "./delivery.ts";
import {
  disableDestination,
  enableDestination,
  type Figures,
  holdDestination,
  insertDestination,
  readFigures,
  removeDestination,
} from "./destination-store.ts";
import { createDispatcher } from "./dispatcher.ts";
import { type DeliveryHistory, type MessageTo, readHistories } from "./history-store.ts";
import {
  type DeliverySelection,
  insertDeliveries,
  listAttempts,
  listDeliveries,
  resendDeliveries,
  resendSelected,
} from "./log-store.ts";

// How late a message can be whose hint was lost.
const lookEveryMs = 1_000;
const defaultDrainMs = 10_000;
const figuresEveryMs = 15_000;
const noFigures: Figures = { waiting: 0, oldestDueAt: null, failing: 0, disabled: 0 };

export interface DeliveriesDeps extends AttemptDeps {
  readonly clock: Clock;
  readonly database: Database;
  /** Names the queue: each has its own destinations, and its own way to send. */
  readonly queue: string;
  readonly onError: (error: unknown) => void;
}

/** A queue of messages to destinations elsewhere, and the log of what became of each. */
export interface Deliveries {
  /** Makes a destination, in the caller's transaction. */
  addDestination(queries: Queries, id: string): Promise<void>;
  /** Keeps everybody else from changing it, in the caller's transaction. */
  holdDestination(queries: Queries, id: string): Promise<void>;
  /** Lets messages go there again, with a clean record; false when it was enabled all the time. */
  enableDestination(queries: Queries, id: string): Promise<boolean>;
  /** Sends nothing there until it is enabled; false when it was disabled already. What waits goes on waiting. */
  disableDestination(queries: Queries, id: string, reason: string): Promise<boolean>;
  /** Removes a destination, its messages and their log. */
  removeDestination(queries: Queries, id: string): Promise<void>;

  /** Queues messages, in the caller's transaction. Call `look` after the commit. */
  enqueue(queries: Queries, deliveries: readonly NewDelivery[]): Promise<void>;
  /** Queues messages whether or not they were sent before. Answers with how many are to be sent anew. */
  resend(queries: Queries, deliveries: readonly NewDelivery[]): Promise<number>;
  /** Sends messages of the log anew; those that were given up unless told otherwise. Answers with how many. */
  resendSelected(selection: DeliverySelection): Promise<number>;

  /** Attempts one message here and now, and not again; null when it is settled or not there. */
  attemptNow(id: string): Promise<Outcome | null>;
  /** Looks for messages that are due, sooner than it would by itself. */
  look(): Promise<void>;
  /** Waits until nothing is under way and nothing is due. */
  idle(): Promise<void>;

  /** Messages, newest first. */
  list(selection: DeliverySelection, limit: number): Promise<LoggedDelivery[]>;
  attemptsOf(deliveryId: string): Promise<LoggedAttempt[]>;
  /** What became of messages: of those that were queued, in the order they were made, and of 200 at most. */
  historiesOf(messages: readonly MessageTo[]): Promise<DeliveryHistory[]>;
  /** How the queue was doing a few seconds ago. */
  readonly figures: Figures;

  /** Begins to send what is due. */
  start(): void;
  /**
   * Ends it. Attempts under way may come to their end, for ten seconds unless told otherwise; the rest is left to other
   * nodes, or to the next start.
   */
  close(drainMs?: number): Promise<void>;
}

export function createDeliveries(deps: DeliveriesDeps): Deliveries {
  const { database, clock, queue, onError } = deps;
  const now = () => new Date(clock.now());
  const attempt = createAttempt(deps);
  const dispatcher = createDispatcher({
    claim: (request) => claimDue(database.queries, { ...request, queue, now: now() }),
    attempt,
    onError,
  });
  let figures = noFigures;
  let work: PeriodicWork[] = [];

  return {
    addDestination: (queries, id) => insertDestination(queries, { id, queue, now: now() }),
    holdDestination,
    enableDestination,
    disableDestination: (queries, id, reason) => disableDestination(queries, id, { reason, now: now() }),
    removeDestination,
    enqueue: (queries, messages) => insertDeliveries(queries, messages, now()),
    resend: (queries, messages) => resendDeliveries(queries, messages, now()),
    resendSelected: (selection) => resendSelected(database.queries, selection, now()),
    async attemptNow(id) {
      const delivery = await claimOne(database.queries, id, now());
      return delivery && attempt(delivery, new AbortController().signal);
    },
    look: dispatcher.look,
    idle: dispatcher.idle,
    list: (selection, limit) => listDeliveries(database.queries, selection, limit),
    attemptsOf: (id) => listAttempts(database.queries, id),
    historiesOf: (messages) => readHistories(database.queries, messages),
    get figures() {
      return figures;
    },
    start() {
      const refresh = async () => {
        figures = await readFigures(database.queries, queue, now());
      };
      work = [
        runPeriodically({ everyMs: lookEveryMs, work: dispatcher.look, onError }),
        runPeriodically({ everyMs: figuresEveryMs, work: refresh, onError }),
      ];
    },
    async close(drainMs = defaultDrainMs) {
      for (const each of work.splice(0)) await each.stop();
      await dispatcher.close(drainMs);
    },
  };
}
