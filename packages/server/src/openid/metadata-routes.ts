import type { ServerMetadata } from "@holdfast/protocol";
import { Hono } from "hono";
import { proofAlgorithms } from "../dpop/index.ts";
import type { HttpContext, HttpEnvironment } from "../http/context.ts";
import type { Keys } from "../keys/index.ts";

export interface MetadataRoutesDeps {
  readonly issuer: string;
  readonly keys: Pick<Keys, "jwks">;
  readonly scopes: readonly string[];
}

/** What verifiers and clients find out by themselves: metadata (RFC 8414) and the key set (RFC 7517). */
export function createMetadataRoutes({ issuer, keys, scopes }: MetadataRoutesDeps) {
  const metadata: ServerMetadata = {
    issuer,
    jwks_uri: `${issuer}/jwks`,
    token_endpoint: `${issuer}/refresh`,
    grant_types_supported: ["refresh_token"],
    response_types_supported: [],
    token_endpoint_auth_methods_supported: ["none", "client_secret_basic", "client_secret_post"],
    scopes_supported: scopes,
    dpop_signing_alg_values_supported: proofAlgorithms,
    introspection_endpoint: `${issuer}/introspect`,
    introspection_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
    revocation_endpoint: `${issuer}/revoke`,
    revocation_endpoint_auth_methods_supported: ["none", "client_secret_basic", "client_secret_post"],
    service_documentation: `${issuer}/errors`,
    holdfast_feed_endpoint: `${issuer}/feed`,
    holdfast_usage_endpoint: `${issuer}/usage`,
    holdfast_signin_endpoint: `${issuer}/signin`,
    holdfast_signout_endpoint: `${issuer}/signout`,
    holdfast_session_endpoint: `${issuer}/session`,
  };
  const routes = new Hono<HttpEnvironment>();
  for (const path of ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"]) {
    routes.get(path, (context) => {
      allowEveryone(context);
      return context.json(metadata);
    });
  }
  routes.get("/jwks", async (context) => {
    allowEveryone(context);
    return context.body(JSON.stringify(await keys.jwks()), 200, { "Content-Type": "application/jwk-set+json" });
  });
  return routes;
}

/** Public by nature: any page may read them, and any cache keep them, but for less time than a key is published ahead. */
function allowEveryone(context: HttpContext): void {
  context.header("Access-Control-Allow-Origin", "*");
  context.header("Cache-Control", "public, max-age=60");
}
