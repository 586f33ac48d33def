/**
 * The feed: revocations, changed claims and changed keys, ordered and resumable, for the services that trust our tokens.
 * It reads the lifecycle log through a cursor and tells digests only; no feature knows that it exists. What brings nodes
 * each other's news is a carrier: NOTIFY, and NATS JetStream beside it where that is configured. Whom it told of an end,
 * and when, it writes down for whoever asks. Open tabs hear of their own session, and of nothing else.
 */
export { createCarriers } from "./carriers.ts";
export type { FeedCleaningDeps } from "./cleaning.ts";
export { createFeedCleaning } from "./cleaning.ts";
export type { Feed, FeedDeps } from "./feed.ts";
export { createFeed } from "./feed.ts";
export { createFeedRoutes } from "./routes.ts";
export { createTabRoutes } from "./tab-routes.ts";
