/**
 * Shared signals: services hear of ended sessions and changed claims by security event tokens, as the OpenID Shared
 * Signals Framework 1.0 and CAEP 1.0 have it, pushed (RFC 8935) or fetched (RFC 8936). Owns the streams, and what a token
 * says. When one is attempted and what becomes of it is up to the deliveries beneath; what there is to tell comes from the
 * lifecycle log, and no feature knows that it is told.
 */
export { createSignalMetadataRoutes } from "./metadata-routes.ts";
export { createSignalRoutes } from "./routes.ts";
export type { Signals, SignalsDeps } from "./signals.ts";
export { createSignals } from "./signals.ts";
