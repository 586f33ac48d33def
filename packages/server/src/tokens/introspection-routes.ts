import { Hono } from "hono";
import type { ClientCredentials, Clients } from "../clients/index.ts";
import { oauthErrors, readClientCredentials } from "../grants/index.ts";
import { AppError } from "../http/app-error.ts";
import type { HttpContext, HttpEnvironment } from "../http/context.ts";
import { readForm } from "../http/parameters.ts";
import type { RateLimits } from "../http/rate-limit.ts";
import type { ServiceGuard, Services } from "../services/index.ts";
import { createClientGuard } from "./client-guard.ts";
import type { Introspection, TokenReader } from "./introspection.ts";
import { readToken } from "./presented-token.ts";

export interface IntrospectionRoutesDeps {
  readonly issuer: string;
  readonly clients: Clients;
  readonly introspection: Introspection;
  readonly limits: RateLimits;
  readonly requireService: ServiceGuard;
  readonly services: Services;
}

/** `POST /introspect`: what a token is worth now (RFC 7662), for services, and for confidential clients of their own. */
export function createIntrospectionRoutes(deps: IntrospectionRoutesDeps) {
  const { issuer, introspection, requireService, services } = deps;
  const requireClient = createClientGuard(deps);
  const routes = new Hono<HttpEnvironment>();
  routes.onError(oauthErrors(issuer));

  routes.post("/introspect", async (context) => {
    const body = await readForm(context);
    const reader = await readerOf(context, readClientCredentials(context, body));
    context.header("Cache-Control", "no-store");
    return context.json(await introspection.introspect(readToken(body), reader));
  });

  /** The name tells services from clients: the configuration gives no two of them the same. */
  async function readerOf(context: HttpContext, credentials: ClientCredentials): Promise<TokenReader> {
    const { clientId } = credentials;
    if (clientId === null) throw new AppError("client_authentication_failed", "Nobody says who is asking.");
    if (services.find(clientId)) {
      const { audience } = await requireService(context, "introspect");
      return { clientId: null, audience };
    }
    const client = await requireClient(context, credentials);
    if (client.type === "confidential") return { clientId: client.id, audience: null };
    // Anyone can give a public client's name (RFC 7662, section 2.1).
    throw new AppError("client_authentication_failed", "A public client cannot prove who it is, and may not ask.");
  }

  return routes;
}
