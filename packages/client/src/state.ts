/**
 * Why a session is over: the server's verdicts, and what a person did. `login_required`: the browser no longer sends the
 * cookie that held the session.
 */
export type EndReason =
  | "login_required"
  | "refresh_token_malformed"
  | "session_revoked"
  | "session_expired"
  | "session_unknown"
  | "user_disabled"
  | "account_closed"
  | "reuse_detected"
  | "signed_out";

/** Who the session is for: what the newest access token says. A claim, not proof; the server decides. */
export interface AuthUser {
  readonly userId: string;
  readonly accountId: string | null;
  readonly role: string | null;
  /** What the access token says, but for `exp`, `iat`, `nbf` and `jti`: the same object until something else changes. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/**
 * What the client knows. `stale` is signed in: the token has run out and the server cannot be reached to get the next;
 * only a refusal of the stored credential ends a session.
 */
export type AuthState =
  | { readonly status: "initializing"; readonly isAuthenticated: false; readonly isLoading: true }
  | { readonly status: "anonymous" | "disposed"; readonly isAuthenticated: false; readonly isLoading: false }
  | {
      readonly status: "active" | "degraded" | "stale";
      readonly isAuthenticated: true;
      readonly isLoading: false;
      readonly sid: string | null;
      /** Null when a session is known of, and no token was had yet: a cold start without network. */
      readonly user: AuthUser | null;
    }
  | {
      readonly status: "ended";
      readonly isAuthenticated: false;
      readonly isLoading: false;
      readonly sid: string | null;
      readonly reason: EndReason;
    };

export type AuthStatus = AuthState["status"];
