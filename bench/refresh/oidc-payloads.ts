/** What oidc-provider stores of a grant and its refresh token, as it writes it itself after a sign-in. */
import type { AdapterPayload } from "oidc-provider";
import { benchClient } from "../support/lineage.ts";
import { seededToken } from "../support/target.ts";

/** What its access tokens are. `jwt`: as ours are, for an API; `opaque`: its own default, with an ID token beside. */
export type AccessTokenFormat = "jwt" | "opaque";

export const resource = "https://api.example.com";
const day = 24 * 60 * 60;
export const lifetimes = { RefreshToken: 14 * day, Grant: 90 * day, AccessToken: 15 * 60, IdToken: 15 * 60 };

/** The scope of a grant: with `openid`, every refresh brings an ID token as well, which is one more signature. */
export const scopes = { jwt: "api:read offline_access", opaque: "openid offline_access" } as const;

export interface SeededPayloads {
  readonly grantId: string;
  readonly grant: AdapterPayload;
  readonly refreshTokenId: string;
  readonly refreshToken: AdapterPayload;
}

/** @param now seconds since the epoch */
export function payloadsOf(index: number, format: AccessTokenFormat, now: number): SeededPayloads {
  const grantId = `grant-${index}`;
  const refreshTokenId = seededToken("oidc-provider", index);
  const accountId = `person-${index}`;
  const granted = { clientId: benchClient, accountId };
  return {
    grantId,
    grant: {
      iat: now,
      exp: now + lifetimes.Grant,
      jti: grantId,
      kind: "Grant",
      ...granted,
      openid: { scope: format === "jwt" ? "offline_access" : scopes.opaque },
      ...(format === "jwt" ? { resources: { [resource]: "api:read" } } : {}),
    },
    refreshTokenId,
    refreshToken: {
      iat: now,
      iiat: now,
      exp: now + lifetimes.RefreshToken,
      jti: refreshTokenId,
      kind: "RefreshToken",
      ...granted,
      grantId,
      gty: "authorization_code",
      scope: scopes[format],
      authTime: now,
      sessionUid: `session-${index}`,
      ...(format === "jwt" ? { resource } : {}),
    },
  };
}
