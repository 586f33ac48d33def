/**
 * Signing keys: made at the first start, kept sealed in the database, published before they sign and after they did,
 * and rotated on schedule or on command without a failed verification.
 */
export { createKeyCleaning } from "./cleaning.ts";
export { setKeys } from "./key-kind.ts";
export type { KeyStatus, Keys, KeysDeps, OwnJwt } from "./keys.ts";
export { createKeys, joinKeySets } from "./keys.ts";
