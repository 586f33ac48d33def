/** What went wrong. The codes of the server are passed on as they are; these are the client's own. */
export type AuthErrorCode =
  | "network_error"
  | "request_timeout"
  | "request_aborted"
  | "server_error"
  | "rate_limited"
  | "malformed_response"
  | "storage_unavailable"
  | "clock_skew_detected"
  | "login_required"
  | "session_ended"
  | "step_up_required"
  | "account_forbidden"
  | "invalid_client"
  | "config_error"
  | "callback_failed"
  | "disposed";

/**
 * What to make of an error: `transient` comes again by itself, `terminal` ends the session, `interaction` needs the
 * person, `developer` needs whoever runs the app, `warning` needs nobody now.
 */
export type AuthErrorKind = "transient" | "terminal" | "no_session" | "interaction" | "developer" | "warning";

export interface AuthErrorDetails {
  readonly kind: AuthErrorKind;
  readonly status?: number | undefined;
  /** Milliseconds until it is worth trying again, where the server said. */
  readonly retryAfterMs?: number | undefined;
  /** The server's name for this one request: what to quote to whoever runs Holdfast. */
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
}

/** The one error of this package. */
export class AuthError extends Error {
  override readonly name = "AuthError";
  declare readonly code: string;
  declare readonly kind: AuthErrorKind;
  declare readonly status: number | undefined;
  declare readonly retryAfterMs: number | undefined;
  declare readonly requestId: string | undefined;

  constructor(code: AuthErrorCode | (string & {}), message: string, { cause, ...details }: AuthErrorDetails) {
    super(message, { cause });
    Object.assign(this, { code, ...details });
  }
}

/** Weather: it comes again by itself. */
export const transient = (
  code: AuthErrorCode | (string & {}),
  message: string,
  details?: Omit<AuthErrorDetails, "kind">,
): AuthError => new AuthError(code, message, { kind: "transient", ...details });

/** For whoever runs the app. */
export const configError = (message: string): AuthError =>
  new AuthError("config_error", message, { kind: "developer" });
