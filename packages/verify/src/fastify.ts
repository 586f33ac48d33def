import type { AccessTokenClaims } from "@holdfast/protocol";
import type { FastifyRequest, onRequestAsyncHookHandler } from "fastify";
import type { NodeRequest } from "./request.ts";
import { parseScope } from "./scope.ts";
import { TokenError } from "./token-error.ts";
import type { AuthenticateOptions, Verifier } from "./verifier.ts";

export { claimsOf } from "./claims-of.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The access token's claims, behind `holdfast(verifier)`. */
    claims?: AccessTokenClaims;
  }
}

/**
 * An `onRequest` hook for Fastify, for one route or, with `addHook`, for all of a plugin: a valid token's claims in
 * `request.claims`, and the whole answer otherwise, before a body is read. CORS comes before it: a preflight carries no
 * token.
 *
 * @example
 * ```ts
 * import { createVerifier } from "@holdfast/verify";
 * import { claimsOf, holdfast } from "@holdfast/verify/fastify";
 * import { fastify } from "fastify";
 *
 * const verifier = createVerifier({ issuer: "https://id.example.com", audience: "https://api.example.com" });
 * export const app = fastify();
 * app.get("/me", { onRequest: holdfast(verifier, { scope: "profile:read" }) }, async (request) => claimsOf(request));
 * ```
 * @throws TypeError when the scope is not one
 */
export function holdfast(verifier: Verifier, { scope }: AuthenticateOptions = {}): onRequestAsyncHookHandler {
  const needed = { scope: parseScope(scope) };
  return async (request, reply) => {
    try {
      request.claims = await verifier.authenticate(withAddress(request), needed);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      return reply.code(error.status).headers(error.headers).send(JSON.stringify(error.toProblem()));
    }
  };
}

/** Fastify, told to (`trustProxy`), knows the address that stands before a proxy; it is put together only when asked for. */
function withAddress(request: FastifyRequest): NodeRequest {
  return {
    rawHeaders: request.raw.rawHeaders,
    method: request.method,
    get url() {
      return `${request.protocol}://${request.host}${request.originalUrl}`;
    },
  };
}
