import { generateKeyPairSync, randomUUID } from "node:crypto";
import type { Account, Configuration } from "oidc-provider";
import type { UpstreamOptions } from "./options.ts";
import { findBySubject } from "./users.ts";

export const interactionPath = "/account/";

const hour = 3600;

/**
 * A provider that shares nothing with the practice provider but the library: RS256, other addresses, a password and a
 * consent screen, refresh tokens that do not rotate, and claims from userinfo only (as OpenID Connect Core, section
 * 5.4, has it for the code flow).
 */
export function upstreamConfiguration(options: UpstreamOptions): Configuration {
  return {
    clients: [
      {
        client_id: options.clientId,
        client_secret: options.clientSecret,
        client_name: "Holdfast",
        redirect_uris: [options.redirectUri],
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
        id_token_signed_response_alg: "RS256",
      },
    ],
    jwks: { keys: [newSigningKey()] },
    cookies: {
      keys: [randomUUID()],
      names: { session: "upstream_session", interaction: "upstream_interaction", resume: "upstream_resume" },
    },
    claims: { openid: ["sub"], profile: ["name", "preferred_username"], email: ["email", "email_verified"] },
    responseTypes: ["code"],
    pkce: { required: () => true },
    findAccount: (_ctx, sub) => accountOf(sub),
    rotateRefreshToken: false,
    interactions: { url: (_ctx, interaction) => `${interactionPath}${interaction.uid}` },
    features: { devInteractions: { enabled: false } },
    routes: {
      authorization: "/connect/authorize",
      token: "/connect/token",
      userinfo: "/connect/userinfo",
      jwks: "/connect/keys",
      end_session: "/connect/logout",
    },
    ttl: {
      AuthorizationCode: options.codeTtlSeconds,
      AccessToken: hour / 4,
      IdToken: hour / 4,
      Interaction: hour,
      RefreshToken: 24 * hour,
      Grant: 24 * hour,
      Session: 24 * hour,
    },
  };
}

function newSigningKey() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256" };
}

function accountOf(sub: string): Account | undefined {
  const user = findBySubject(sub);
  return (
    user && {
      accountId: sub,
      claims: () => ({
        sub,
        name: user.name,
        preferred_username: user.username,
        email: user.email,
        email_verified: user.emailVerified,
      }),
    }
  );
}
