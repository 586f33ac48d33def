import type { AccessTokenClaims } from "@holdfast/protocol";
import type { RequestHandler } from "express";
import { parseScope } from "./scope.ts";
import { TokenError } from "./token-error.ts";
import type { AuthenticateOptions, Verifier } from "./verifier.ts";

export { claimsOf } from "./claims-of.ts";

declare module "express-serve-static-core" {
  interface Request {
    /** The access token's claims, behind `holdfast(verifier)`. */
    claims?: AccessTokenClaims;
  }
}

/**
 * Middleware for Express: a valid token's claims in `req.claims`, and the whole answer otherwise. CORS middleware comes
 * before it: a preflight carries no token.
 *
 * @example
 * ```ts
 * import { createVerifier } from "@holdfast/verify";
 * import { claimsOf, holdfast } from "@holdfast/verify/express";
 * import express from "express";
 *
 * const verifier = createVerifier({ issuer: "https://id.example.com", audience: "https://api.example.com" });
 * export const app = express();
 * app.get("/me", holdfast(verifier, { scope: "profile:read" }), (req, res) => {
 *   res.json(claimsOf(req));
 * });
 * ```
 * @throws TypeError when the scope is not one
 */
export function holdfast(verifier: Verifier, { scope }: AuthenticateOptions = {}): RequestHandler {
  const needed = { scope: parseScope(scope) };
  return async (request, response, next) => {
    try {
      request.claims = await verifier.authenticate(request, needed);
    } catch (error) {
      if (!(error instanceof TokenError)) return next(error);
      response.writeHead(error.status, error.headers).end(JSON.stringify(error.toProblem()));
      return;
    }
    next();
  };
}
