import type { RevokedReason, SessionTimeline } from "@holdfast/protocol";
import type { Session } from "../sessions/index.ts";

/** Whether a session is over, since when, and why. */
export interface Ending {
  readonly state: SessionTimeline["state"];
  readonly at: Date | null;
  readonly reason: SessionTimeline["reason"];
}

/**
 * How a session ended. Nobody writes it down when one runs out: that follows from its limits. Whatever came first
 * counts: a session that had run out may be ended once more, when its person is disabled.
 */
export function endingOf(session: Session, now: Date): Ending {
  const { idleExpiresAt, expiresAt, revokedAt, revokedReason } = session;
  const isIdle = idleExpiresAt < expiresAt;
  const runsOutAt = isIdle ? idleExpiresAt : expiresAt;
  if (revokedAt !== null && revokedAt < runsOutAt) return { state: "ended", at: revokedAt, reason: revokedReason };
  if (runsOutAt > now) return { state: "live", at: null, reason: null };
  return { state: "expired", at: runsOutAt, reason: isIdle ? "idle_limit" : "absolute_limit" };
}

const reasons: Readonly<Record<RevokedReason, string>> = {
  signed_out: "signed out",
  session_revoked: "revoked by someone with the right to do so",
  replaced: "someone else signed in, in the same browser",
  reuse_detected: "a refresh token that had been replaced came back",
  user_disabled: "the user was disabled",
  user_deleted: "the user was removed",
  account_closed: "the account was closed",
  member_removed: "the person is no longer a member of the account",
  token_revoked: "the app gave its tokens back",
  compromised: "somebody else may have had the tokens",
  credentials_changed: "the person's credentials changed",
};

/** Why something was ended, in words; a reason of a later version as it is written. */
export function formatReason(reason: string | null): string {
  if (reason === null) return "for a reason that nobody wrote down";
  return Object.hasOwn(reasons, reason) ? reasons[reason as RevokedReason] : reason;
}
