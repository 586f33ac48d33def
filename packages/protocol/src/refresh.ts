import type { ErrorCode } from "./errors.ts";

/** What the engine decided about a presented refresh token. */
export const refreshVerdicts = [
  "malformed",
  "unknown",
  "revoked",
  "expired",
  "unbound",
  "renewed",
  "rotated",
  "replayed",
  "overlapped",
  "recovered",
  "reused",
] as const;

export type RefreshVerdict = (typeof refreshVerdicts)[number];

/** A good answer of `POST /refresh` (RFC 6749, section 5.1, and what a resilient client needs beside it). */
export interface RefreshAnswer {
  readonly access_token: string;
  readonly token_type: "Bearer" | "DPoP";
  /** Seconds the access token lives, counted from `server_time_ms`. */
  readonly expires_in: number;
  readonly scope: string;
  /** The next refresh token. Absent when it travels in the HttpOnly cookie. */
  readonly refresh_token?: string;
  /** The server's clock when it answered: milliseconds since 1970-01-01T00:00:00Z. */
  readonly server_time_ms: number;
  /** The session. */
  readonly sid: string;
  /** The refresh token's generation. A client keeps the highest it has seen. */
  readonly generation: number;
}

/** Why a refresh was refused for good: the client must stop, and sign in again. */
export type RefreshReason = Extract<
  ErrorCode,
  | "refresh_token_malformed"
  | "session_unknown"
  | "session_revoked"
  | "session_expired"
  | "signed_out"
  | "reuse_detected"
  | "user_disabled"
  | "account_closed"
  | "client_mismatch"
  | "login_required"
>;

/**
 * A refusal of `POST /refresh` (RFC 6749, section 5.2). Only `retryable: false` is a verdict; all else is weather. A
 * verdict about the client (`client_…`) or its proof (`dpop_…`) does not end the session.
 */
export interface RefreshRefusal {
  readonly error: string;
  readonly error_description: string;
  /** A page that explains the reason and what to do. */
  readonly error_uri: string;
  /** A stable code of the error catalogue. */
  readonly reason: ErrorCode;
  readonly retryable: boolean;
  readonly request_id: string;
  /** The server's clock when it answered: milliseconds since 1970-01-01T00:00:00Z. `POST /refresh` always tells it. */
  readonly server_time_ms?: number;
}
