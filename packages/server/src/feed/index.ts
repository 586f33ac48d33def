/**
 * The feed: revocations and key changes, ordered and resumable, for the services that trust our tokens. It reads the
 * lifecycle log through a cursor and tells digests only; no feature knows that it exists.
 */
export type { Feed, FeedDeps } from "./feed.ts";
export { createFeed } from "./feed.ts";
export { createFeedRoutes } from "./routes.ts";
