/**
 * Deliveries: messages to destinations elsewhere, each attempted until it is taken or given up, and the log of every
 * attempt. The log is the queue. What a message says, how it is sent and what an answer means, the feature above knows:
 * webhooks today. Whatever is committed here survives any node: an attempt that one began and did not end is made again.
 */
export type { DestinationNews, DisabledReason } from "./attempt.ts";
export type { DeliveryCleaningDeps } from "./cleaning.ts";
export { createDeliveryCleaning } from "./cleaning.ts";
export type { Collection } from "./collection.ts";
export { createCollection } from "./collection.ts";
export type { Collected, Refusal } from "./collection-store.ts";
export type { Deliveries, DeliveriesDeps } from "./deliveries.ts";
export { createDeliveries } from "./deliveries.ts";
export type {
  DeliveryState,
  DueDelivery,
  LoggedAttempt,
  LoggedDelivery,
  NewDelivery,
  Outcome,
  Send,
  Verdict,
} from "./delivery.ts";
export type { MessageTo } from "./history-store.ts";
export type { DeliverySelection } from "./log-store.ts";
export { parseRetryAfter } from "./schedule.ts";
export { toTelling } from "./telling.ts";
