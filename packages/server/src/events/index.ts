/**
 * The lifecycle log: what happened, in order, written in the same transaction as the change itself. Features append;
 * the feed, timelines, webhooks and dashboards read, and no feature knows them.
 */

export { catalogueVersion, eventCatalogue } from "./catalogue.ts";
export type { PublicEvent } from "./catalogue-fields.ts";
export type { Events, EventsDeps, LifecycleEvent } from "./events.ts";
export { createEvents } from "./events.ts";
export type { EventReader, EventReaderDeps } from "./reader.ts";
export { createEventReader } from "./reader.ts";
export type { LogLine } from "./reader-store.ts";
export type { FollowersTold, MessageTold, NewsSource, TellableEvent, Telling } from "./telling.ts";
export type { EventUpkeep, EventUpkeepDeps } from "./upkeep.ts";
export { createEventUpkeep } from "./upkeep.ts";
