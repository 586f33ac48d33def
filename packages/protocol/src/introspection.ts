import type { MemberRole } from "./claims.ts";

/**
 * What `POST /introspect` answers (RFC 7662, section 2.2). A token that is not worth anything to whoever asks is
 * `{ "active": false }` and nothing else. Times are NumericDates, as in the token.
 */
export type IntrospectionAnswer =
  | { readonly active: false }
  | {
      readonly active: true;
      readonly iss: string;
      readonly sub: string;
      readonly aud: string | readonly string[];
      /** A refresh token's: when it ends unless it is used before. */
      readonly exp: number;
      readonly iat: number;
      readonly client_id: string;
      readonly scope: string;
      /** Of access tokens only. */
      readonly token_type?: "Bearer" | "DPoP";
      /** Of access tokens only. */
      readonly jti?: string;
      readonly sid: string;
      readonly grant_id: string;
      readonly account: string;
      readonly role: MemberRole;
      readonly auth_time: number;
      /** Of tokens that are bound to a key: its thumbprint (RFC 9449, section 6.2). */
      readonly cnf?: { readonly jkt: string };
    };
