import { Hono } from "hono";
import { AppError } from "../http/app-error.ts";
import type { HttpEnvironment } from "../http/context.ts";
import type { Services } from "../services/index.ts";
import { deliveryMethods } from "./stream-request.ts";

export interface SignalMetadataRoutesDeps {
  readonly issuer: string;
  readonly services: Services;
}

/**
 * `GET /.well-known/ssf-configuration` (SSF 1.0, section 7). Every subject that is a service's business is in its stream,
 * and there are no endpoints to add or remove one: nobody can find out by them whom we know. Nor is there anything where
 * no service may receive signals.
 */
export function createSignalMetadataRoutes({ issuer, services }: SignalMetadataRoutesDeps) {
  const metadata = {
    spec_version: "1_0",
    issuer,
    jwks_uri: `${issuer}/jwks`,
    delivery_methods_supported: Object.values(deliveryMethods),
    configuration_endpoint: `${issuer}/signals/streams`,
    status_endpoint: `${issuer}/signals/status`,
    verification_endpoint: `${issuer}/signals/verify`,
    // Basic authentication, until there are access tokens for services.
    authorization_schemes: [{ spec_urn: "urn:ietf:rfc:7617" }],
    default_subjects: "ALL",
  };
  const isOffered = services.all().some(({ may }) => may.has("signals"));
  const routes = new Hono<HttpEnvironment>();
  routes.get("/.well-known/ssf-configuration", (context) => {
    if (!isOffered) throw new AppError("not_found", "No service may receive signals here.");
    context.header("Access-Control-Allow-Origin", "*");
    context.header("Cache-Control", "public, max-age=60");
    return context.json(metadata);
  });
  return routes;
}
