import type { AccessTokenClaims } from "@holdfast/protocol";
import type { MiddlewareHandler } from "hono";
import { parseScope } from "./scope.ts";
import { TokenError } from "./token-error.ts";
import type { AuthenticateOptions, Verifier } from "./verifier.ts";

/** What the middleware adds to a Hono context: `c.var.claims`. */
export interface HoldfastEnv {
  Variables: { claims: AccessTokenClaims };
}

/**
 * Middleware for Hono: a valid token's claims in `c.var.claims`, and the whole answer otherwise. CORS middleware comes
 * before it: a preflight carries no token.
 *
 * @example
 * ```ts
 * import { createVerifier } from "@holdfast/verify";
 * import { holdfast } from "@holdfast/verify/hono";
 * import { Hono } from "hono";
 *
 * const verifier = createVerifier({ issuer: "https://id.example.com", audience: "https://api.example.com" });
 * export const app = new Hono().get("/me", holdfast(verifier, { scope: "profile:read" }), (c) => c.json(c.var.claims));
 * ```
 * @throws TypeError when the scope is not one
 */
export function holdfast(verifier: Verifier, { scope }: AuthenticateOptions = {}): MiddlewareHandler<HoldfastEnv> {
  const needed = { scope: parseScope(scope) };
  return async (c, next) => {
    try {
      c.set("claims", await verifier.authenticate(c.req.raw, needed));
    } catch (error) {
      if (error instanceof TokenError) return error.toResponse();
      throw error;
    }
    await next();
  };
}
