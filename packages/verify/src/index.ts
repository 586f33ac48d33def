/**
 * For resource servers: verifies Holdfast access tokens and refuses revoked sessions at once; verifies webhooks.
 * Web-standard code; the adapters are `@holdfast/verify/hono`, `/express` and `/fastify`, the metrics `/prometheus`.
 *
 * @packageDocumentation
 */
export type { AccessTokenClaims, WebhookEventType, WebhookMessage } from "@holdfast/protocol";
export type { ServiceCredentials } from "./credentials.ts";
export type { On, VerifierEvent, VerifierEventOf } from "./events.ts";
export type { FeedLostReason, FeedStatus } from "./feed-state.ts";
export type { Fetch } from "./fetch-json.ts";
export type { IntrospectionCounts } from "./introspection.ts";
export type { KeysStatus } from "./key-set.ts";
export type { OnFeedLost, VerifierOptions } from "./options.ts";
export type { IncomingRequest, NodeRequest, WebRequest } from "./request.ts";
export type { SignatureAlgorithm } from "./signature.ts";
export { digestOf } from "./subject-digest.ts";
export type { Clock, Timers } from "./timers.ts";
export type { TokenCounts } from "./token-counts.ts";
export { TokenError, type TokenErrorCode, type TokenErrorOptions } from "./token-error.ts";
export type { UsageStatus } from "./usage-reporter.ts";
export {
  type AuthenticateOptions,
  type ClaimsHandler,
  createVerifier,
  type Verifier,
  type VerifierStatus,
} from "./verifier.ts";
export { type VerifyWebhookOptions, verifyWebhook, type WebhookHeaders } from "./webhook.ts";
export { WebhookError, type WebhookErrorCode } from "./webhook-error.ts";
