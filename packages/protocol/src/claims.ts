/** What a member may do in an account. Apps' own roles are added by configuration. */
export type MemberRole = "owner" | "admin" | "member" | (string & {});

/**
 * The claims of a Holdfast access token: a JWT of type `at+jwt` (RFC 9068), ES256 by default. Times are NumericDates:
 * whole seconds since 1970-01-01T00:00:00Z (RFC 7519, section 2).
 */
export interface AccessTokenClaims {
  /** The issuer: the base URL of the Holdfast instance, compared as an exact string. */
  readonly iss: string;
  /** The user's id. */
  readonly sub: string;
  /** The resource servers the token is for. */
  readonly aud: string | readonly string[];
  /** When the token stops being valid. */
  readonly exp: number;
  /** When the token was issued. */
  readonly iat: number;
  /** The token's unique id. */
  readonly jti: string;
  /** The client the token was issued to. */
  readonly client_id: string;
  /** The session: one sign-in of one user on one browser or device. Revoking it refuses this token at once. */
  readonly sid: string;
  /** The grant: this client's refresh lineage under the session. Revoking it refuses this token at once. */
  readonly grant_id: string;
  /** Space-separated scope (RFC 6749, section 3.3). */
  readonly scope: string;
  /** The account the person acts for. */
  readonly account: string;
  /** The person's role in that account. */
  readonly role: MemberRole;
  /** When the person last proved who they are (OpenID Connect Core, section 2). */
  readonly auth_time: number;
  /** Of a token that is good only together with a proof by a key: its SHA-256 thumbprint (RFC 9449, section 6.1). */
  readonly cnf?: { readonly jkt: string };
}
