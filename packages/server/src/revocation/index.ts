/**
 * Revocation: what a back office or an operator ends, whoever it belongs to. Finds what they mean and says how much of
 * it was alive; how a session and a grant end is the business of those two.
 */
export type { Revocation, RevocationTarget } from "./revocation.ts";
export { createRevocation } from "./revocation.ts";
export { createRevocationRoutes } from "./routes.ts";
