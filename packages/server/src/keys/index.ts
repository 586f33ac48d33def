/**
 * Signing keys: made at the first start, kept sealed in the database, published before they sign and after they did,
 * and rotated on schedule or on command without a failed verification.
 */
export type { KeyStatus, Keys, KeysDeps } from "./keys.ts";
export { createKeys } from "./keys.ts";
