/**
 * The lifecycle log: what happened, in order, written in the same transaction as the change itself. Features append;
 * the feed, timelines, webhooks and dashboards read, and no feature knows them.
 */
export type { Events, EventsDeps, LifecycleEvent } from "./events.ts";
export { createEvents } from "./events.ts";
