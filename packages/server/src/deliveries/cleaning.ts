import type { CleaningRule } from "../jobs/hygiene.ts";
import type { Database } from "../storage/database.ts";
import { oldestDelivery, removeDeliveries } from "./log-store.ts";

export interface DeliveryCleaningDeps {
  readonly database: Database;
  /** Seconds that a message and its attempts are kept, settled or not. */
  readonly keep: number;
}

/** Messages leave some time after they were made, with their attempts: long after the last one could be due. */
export function createDeliveryCleaning({ database, keep }: DeliveryCleaningDeps): CleaningRule {
  return {
    name: "deliveries",
    keep,
    oldest: (before) => oldestDelivery(database.queries, before),
    removeBatch: (before, limit) => removeDeliveries(database.queries, before, limit),
  };
}
