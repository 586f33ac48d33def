import type { Configuration } from "oidc-provider";
import { benchClient } from "../support/lineage.ts";
import { type AccessTokenFormat, lifetimes, resource } from "./oidc-payloads.ts";

/**
 * oidc-provider, set up to do the work that ours does: a public client, refresh tokens that rotate, ES256. What it has
 * beyond that and would only cost it time is off.
 */
export function oidcConfiguration(format: AccessTokenFormat, privateJwk: object): Configuration {
  return {
    clients: [
      {
        client_id: benchClient,
        token_endpoint_auth_method: "none",
        redirect_uris: ["http://localhost:9/"],
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
        id_token_signed_response_alg: "ES256",
      },
    ],
    jwks: { keys: [{ ...privateJwk, kid: "bench", alg: "ES256", use: "sig" }] },
    cookies: { keys: ["bench"] },
    scopes: ["openid", "offline_access", "api:read"],
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    rotateRefreshToken: true,
    ttl: lifetimes,
    clientBasedCORS: () => false,
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      resourceIndicators: {
        enabled: format === "jwt",
        getResourceServerInfo: () => ({
          scope: "api:read",
          audience: resource,
          accessTokenFormat: "jwt",
          accessTokenTTL: lifetimes.AccessToken,
          jwt: { sign: { alg: "ES256" } },
        }),
      },
    },
  };
}
