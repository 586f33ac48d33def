import type { EndReason } from "../state.ts";
import type { Refusal } from "./oauth-answer.ts";

const endReasons: Readonly<Record<string, EndReason>> = {
  session_revoked: "session_revoked",
  session_expired: "session_expired",
  session_unknown: "session_unknown",
  refresh_token_malformed: "session_unknown",
  user_disabled: "user_disabled",
  account_closed: "account_closed",
  reuse_detected: "reuse_detected",
  signed_out: "signed_out",
};

/**
 * Why a refused refresh token ends its session; null where it does not. Holdfast gives the reason; of `invalid_grant`
 * without one (RFC 6749, section 5.2) only the end is known. A reason that is not listed is not the session's end: the
 * wrong client, an account that is not this person's.
 */
export function endReasonOf({ error, reason }: Refusal): EndReason | null {
  if (error !== "invalid_grant") return null;
  return reason === null ? "session_unknown" : (endReasons[reason] ?? null);
}
