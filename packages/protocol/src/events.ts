/** Every kind of line in the lifecycle log. */
export const eventTypes = [
  "user.created",
  "user.disabled",
  "user.enabled",
  "user.deleted",
  "account.created",
  "account.closed",
  "account.reopened",
  "member.added",
  "member.removed",
  "member.role_changed",
  "session.started",
  "session.reauthenticated",
  "session.refreshed",
  "session.replayed",
  "session.overlapped",
  "session.renewed",
  "session.recovered",
  "session.reuse_detected",
  "session.revoked",
  "session.expiring",
  "session.expired",
  "grant.started",
  "grant.account_switched",
  "grant.revoked",
  "token.refused",
  "signin.failed",
  "key.created",
  "key.retired",
  "webhook.failing",
  "webhook.disabled",
] as const;

export type EventType = (typeof eventTypes)[number];

/** Why a session or a grant was ended. Terminal: a revoked session never lives again. */
export const revokedReasons = [
  "signed_out",
  "session_revoked",
  "replaced",
  "reuse_detected",
  "user_disabled",
  "user_deleted",
  "account_closed",
  "member_removed",
  "token_revoked",
  "compromised",
  "credentials_changed",
] as const;

export type RevokedReason = (typeof revokedReasons)[number];
