/**
 * For resource servers: verifies Holdfast access tokens and refuses revoked sessions at once. Web-standard code; the
 * adapters are `@holdfast/verify/hono`, `/express` and `/fastify`.
 *
 * @packageDocumentation
 */
export type { AccessTokenClaims } from "@holdfast/protocol";
export type { IncomingRequest } from "./bearer.ts";
export type { VerifierEvent } from "./events.ts";
export type { FeedStatus } from "./feed-state.ts";
export type { Fetch } from "./fetch-json.ts";
export type { KeysStatus } from "./key-set.ts";
export type { OnFeedLost, VerifierOptions } from "./options.ts";
export type { SignatureAlgorithm } from "./signature.ts";
export type { Clock, Timers } from "./timers.ts";
export type { TokenCounts } from "./token-counts.ts";
export { TokenError, type TokenErrorCode, type TokenErrorOptions } from "./token-error.ts";
export {
  type AuthenticateOptions,
  type ClaimsHandler,
  createVerifier,
  type Verifier,
  type VerifierStatus,
} from "./verifier.ts";
