/**
 * Usage: what services said of the tokens that were presented to them. They count by themselves, without asking us, and
 * report now and then; a report is counted once, however often it comes.
 */
export { createUsageCleaning } from "./cleaning.ts";
export { createUsageRoutes } from "./routes.ts";
export type { Usage } from "./usage.ts";
export { createUsage } from "./usage.ts";
