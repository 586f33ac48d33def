import type { Clock } from "../clock/clock.ts";
import type { Database, Queries } from "../storage/database.ts";
import {
  type Collected,
  type CollectQuery,
  collectWaiting,
  hasWaiting,
  moveDestination,
  type Refusal,
  settleCollected,
  type WithdrawSelection,
  withdrawWaiting,
} from "./collection-store.ts";
import { bringForward } from "./record-store.ts";

export interface CollectionDeps {
  readonly database: Database;
  readonly clock: Clock;
}

/** The other way round: messages that their receiver fetches, and says which of them it has. The queue sends none. */
export interface Collection {
  /**
   * Messages that wait, those first that were made, or handed out, longest ago. Handing out settles nothing: whoever asks
   * again goes round.
   */
  collect(query: Omit<CollectQuery, "now">): Promise<Collected[]>;
  /** Whether there is more that waits than these messages. */
  hasMore(query: Omit<CollectQuery, "now" | "limit">, handedOut: readonly Collected[]): Promise<boolean>;
  /** Settles what the receiver has. What it does not know, or what was settled before, changes nothing; says how many. */
  acknowledge(destinationId: string, messageIds: readonly string[]): Promise<number>;
  /** Settles what the receiver will never take, and notes why; says how many. */
  refuse(destinationId: string, refusals: readonly Refusal[]): Promise<number>;
  /** Takes back messages that wait, as if they had not been queued; in the caller's transaction. */
  withdraw(queries: Queries, selection: WithdrawSelection): Promise<void>;
  /** Makes what waits due now, whatever the schedule had; in the caller's transaction. */
  hasten(queries: Queries, destinationId: string): Promise<void>;
  /** Gives a destination, with all that waits for it, to another queue; in the caller's transaction. */
  move(queries: Queries, destinationId: string, queue: string): Promise<void>;
}

export function createCollection({ database, clock }: CollectionDeps): Collection {
  const now = () => new Date(clock.now());
  return {
    collect: (query) => collectWaiting(database.queries, { ...query, now: now() }),
    hasMore: (query, handedOut) =>
      hasWaiting(
        database.queries,
        query,
        handedOut.map(({ id }) => id),
      ),
    acknowledge: (destinationId, messageIds) =>
      settleCollected(database.queries, destinationId, {
        now: now(),
        state: "delivered",
        verdicts: messageIds.map((messageId) => ({ messageId, error: null })),
      }),
    refuse: (destinationId, refusals) =>
      settleCollected(database.queries, destinationId, { now: now(), state: "failed", verdicts: refusals }),
    withdraw: withdrawWaiting,
    async hasten(queries, destinationId) {
      while ((await bringForward(queries, destinationId, now())) > 0);
    },
    move: (queries, destinationId, queue) => moveDestination(queries, destinationId, { queue, now: now() }),
  };
}
