/**
 * Webhooks: endpoints that hear of events as they happen, by signed requests (Standard Webhooks 1.0.0). Owns the
 * endpoints, their secrets and filters, and what a message says. When a message is attempted and what becomes of it is up
 * to the deliveries beneath; what there is to tell comes from the lifecycle log, and no feature knows that it is told.
 */
export type { ReplayRequest, ShownSecret } from "./administration.ts";
export { createWebhookRoutes } from "./routes.ts";
export type { EndpointStatus } from "./store.ts";
export type { Webhooks, WebhooksDeps } from "./webhooks.ts";
export { createWebhooks } from "./webhooks.ts";
