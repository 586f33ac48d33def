/**
 * The wire contract of Holdfast: what travels between the server, the clients and the services that trust its
 * tokens. Types and data only, no dependencies, no logic.
 *
 * @packageDocumentation
 */
export type { AccessTokenClaims, MemberRole } from "./claims.ts";
export type { ErrorArea, ErrorCode, ErrorEntry, ProblemDetails } from "./errors.ts";
export { errorCatalogue } from "./errors.ts";
export type { EventType, RevokedReason } from "./events.ts";
export { eventTypes, revokedReasons } from "./events.ts";
export type {
  FeedClaimsChanged,
  FeedHello,
  FeedMessage,
  FeedPollAnswer,
  FeedResync,
  FeedRevoked,
  FeedTick,
} from "./feed.ts";
export type { IntrospectionAnswer } from "./introspection.ts";
export type { ServerMetadata } from "./metadata.ts";
export type { RefreshAnswer, RefreshReason, RefreshRefusal, RefreshVerdict } from "./refresh.ts";
export { refreshVerdicts } from "./refresh.ts";
export type { RevocationAnswer, RevocationRequest, ServiceRevocationReason } from "./revocation.ts";
export { serviceRevocationReasons } from "./revocation.ts";
export type { SessionAnswer } from "./session.ts";
export type {
  SessionClaimsChanged,
  SessionEnded,
  SessionHello,
  SessionMessage,
  SessionTick,
} from "./session-events.ts";
export type {
  SessionTimeline,
  TimelineEntry,
  TimelineFeedNews,
  TimelineMessageNews,
  TimelineNewsType,
  TimelineSeverity,
} from "./timeline.ts";
export type { UsageCount, UsageReport } from "./usage.ts";
export type { WebhookEventType, WebhookMessage } from "./webhooks.ts";
