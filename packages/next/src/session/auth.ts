import { AuthError, type AuthStatus, type AuthUser, type EndReason } from "@holdfast/client";
import type { AccessTokenClaims } from "@holdfast/protocol";
import type { Standing } from "./standing.ts";

/** Who asks, for pages and route handlers. */
export interface Auth {
  /**
   * As in the browser. `stale` is signed in: the access token ran out, and Holdfast cannot be reached for the next. A
   * page renders; what needs the token answers 503.
   */
  readonly state: Extract<AuthStatus, "anonymous" | "active" | "degraded" | "stale" | "ended">;
  readonly isAuthenticated: boolean;
  /** The session; null without one. */
  readonly sid: string | null;
  readonly user: AuthUser | null;
  readonly claims: AccessTokenClaims | null;
  /** Why the session is over, in the state `ended`. */
  readonly reason: EndReason | null;
  /**
   * The access token, to ask an API with; null exactly when nobody is signed in.
   *
   * @throws AuthError of the kind `transient` in the state `stale`
   */
  getToken(): Promise<string | null>;
}

/** What everybody but this module knows of a standing. */
export function authFrom(standing: Standing): Auth {
  if (standing.status === "anonymous" || standing.status === "ended") {
    const isEnded = standing.status === "ended";
    return {
      state: standing.status,
      isAuthenticated: false,
      sid: isEnded ? standing.sid : null,
      user: null,
      claims: null,
      reason: isEnded ? standing.reason : null,
      getToken: async () => null,
    };
  }
  const { accessToken, claims } = standing.session;
  return {
    state: standing.status,
    isAuthenticated: true,
    sid: claims.sid,
    user: {
      userId: claims.sub,
      accountId: claims.account ?? null,
      role: claims.role ?? null,
      claims: { ...claims },
    },
    claims,
    reason: null,
    async getToken() {
      if (standing.status !== "stale") return accessToken;
      throw new AuthError("server_error", "The access token ran out, and Holdfast cannot be reached for the next.", {
        kind: "transient",
        status: 503,
      });
    },
  };
}
