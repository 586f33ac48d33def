import type { RevokedReason } from "./events.ts";

/** Why a back office ends something. */
export const serviceRevocationReasons = [
  "session_revoked",
  "compromised",
  "credentials_changed",
] as const satisfies readonly RevokedReason[];

export type ServiceRevocationReason = (typeof serviceRevocationReasons)[number];

/** What `POST /revocations` takes, as JSON: exactly one of the five ids, and why. */
export interface RevocationRequest {
  /** The session, with all its grants. */
  readonly session?: string;
  /** One client's tokens under one session. */
  readonly grant?: string;
  /** Every session of a user. */
  readonly user?: string;
  /** Every grant for an account. The sessions live on: they may serve other accounts. */
  readonly account?: string;
  /** Every grant of a client. The sessions live on. */
  readonly client?: string;
  /** Default: `session_revoked`. */
  readonly reason?: ServiceRevocationReason;
}

/** What it answers, once all of it has ended. What had ended before is not counted. */
export interface RevocationAnswer {
  readonly revoked: { readonly sessions: number; readonly grants: number };
}
