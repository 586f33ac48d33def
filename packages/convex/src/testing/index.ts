/**
 * A deployment for tests and for development without a network: it speaks Convex's sync protocol on the loopback
 * interface, with functions and a token check of your own, and goes wrong when it is told to. It keeps nothing. Needs
 * `ws`.
 */
export type { ClientMessage, Json } from "./sync-protocol.ts";
export { type SyncServer, type SyncServerOptions, startSyncServer } from "./sync-server.ts";
export type { ConvexFunction, Identity } from "./sync-session.ts";
