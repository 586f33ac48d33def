import type { AccessTokenClaims } from "@holdfast/protocol";

/**
 * The claims of a request that came through `holdfast(verifier)`.
 *
 * @throws Error when it did not: the route is not protected
 */
export function claimsOf(request: { readonly claims?: AccessTokenClaims }): AccessTokenClaims {
  if (request.claims) return request.claims;
  throw new Error("This route is not behind holdfast(verifier)");
}
