import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { JWK } from "jose";
import { Provider } from "oidc-provider";
import { freePort } from "./free-port.ts";

export const serviceSecret = "a service's secret: with signs+and %20 in it";
export const apiResource = "https://api.example.com";

/** Another make of authorization server: client credentials, the device flow, refresh tokens that rotate. */
export interface OpenIdServer {
  readonly issuer: string;
  readonly provider: Provider;
  close(): Promise<void>;
}

/** @param assertionKey the public key of the client `signer`, which proves itself by signed assertions */
export async function startOpenIdServer(assertionKey: JWK): Promise<OpenIdServer> {
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const service = { grant_types: ["client_credentials"], redirect_uris: [], response_types: [] as const };
  const provider = new Provider(issuer, {
    clients: [
      { ...service, client_id: "basic: a service", client_secret: serviceSecret },
      { ...service, client_id: "post", client_secret: serviceSecret, token_endpoint_auth_method: "client_secret_post" },
      {
        ...service,
        client_id: "signer",
        token_endpoint_auth_method: "private_key_jwt",
        token_endpoint_auth_signing_alg: "ES256",
        jwks: { keys: [assertionKey] },
      },
      {
        client_id: "sensor",
        token_endpoint_auth_method: "none",
        grant_types: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
        redirect_uris: [],
        response_types: [],
      },
    ] as never,
    cookies: { keys: ["a key for the cookies of tests"] },
    scopes: ["openid", "offline_access", "orders:read"],
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    issueRefreshToken: async () => true,
    rotateRefreshToken: true,
    // Nobody is asked for consent: the sign-in is not what is tested here.
    async loadExistingGrant({ oidc }) {
      if (!oidc.client || !oidc.account) return undefined;
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.account.accountId });
      grant.addOIDCScope("openid offline_access");
      await grant.save();
      return grant;
    },
    features: {
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({ scope: "orders:read", accessTokenFormat: "opaque", accessTokenTTL: 600 }),
      },
    },
  });
  const listener = createServer(provider.callback()).listen(port, "127.0.0.1");
  await once(listener, "listening");
  return {
    issuer: `http://localhost:${(listener.address() as AddressInfo).port}`,
    provider,
    async close() {
      listener.closeAllConnections();
      listener.close();
      await once(listener, "close");
    },
  };
}
