/**
 * Expiry: says when a session is about to run out, and when it has. Nobody acts when a session runs out, so that nobody
 * writes it down: this feature looks, and writes `session.expiring` and `session.expired` into the lifecycle log, each
 * once. It decides nothing: whether a session lives, its limits alone say.
 */
export type { Expiry, ExpiryDeps } from "./expiry.ts";
export { createExpiry } from "./expiry.ts";
