import { Hono } from "hono";
import type { Clients } from "../clients/index.ts";
import { oauthErrors, readClientCredentials } from "../grants/index.ts";
import type { HttpEnvironment } from "../http/context.ts";
import { allowClientOrigins, type OriginRules } from "../http/origin-guard.ts";
import { readForm } from "../http/parameters.ts";
import type { RateLimits } from "../http/rate-limit.ts";
import { createClientGuard } from "./client-guard.ts";
import { readToken } from "./presented-token.ts";
import type { TokenRevocation } from "./token-revocation.ts";

export interface TokenRevocationRoutesDeps {
  readonly issuer: string;
  readonly clients: Clients;
  readonly limits: RateLimits;
  readonly origins: OriginRules;
  readonly tokenRevocation: TokenRevocation;
}

/** `POST /revoke`: a client gives a token back (RFC 7009). One whose token lives in a cookie has `/signout` for it. */
export function createTokenRevocationRoutes(deps: TokenRevocationRoutesDeps) {
  const { issuer, origins, tokenRevocation } = deps;
  const requireClient = createClientGuard(deps);
  const routes = new Hono<HttpEnvironment>();
  routes.onError(oauthErrors(issuer));
  routes.use("/revoke", allowClientOrigins(origins, ["POST"]));

  routes.post("/revoke", async (context) => {
    const body = await readForm(context);
    const client = await requireClient(context, readClientCredentials(context, body));
    await tokenRevocation.revoke(readToken(body), client, context.get("source"));
    context.header("Cache-Control", "no-store");
    // The status says it all (RFC 7009, section 2.2).
    return context.body(null, 200);
  });

  return routes;
}
