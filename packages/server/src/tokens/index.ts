/**
 * Tokens, asked about and given back: introspection (RFC 7662) and revocation (RFC 7009). Neither ever uses a token: to
 * use one is the business of grants. Every answer is what the database says now, on whichever node.
 */
export type { AccessTokenReader } from "./access-token.ts";
export { createAccessTokenReader } from "./access-token.ts";
export { createIntrospection } from "./introspection.ts";
export { createIntrospectionRoutes } from "./introspection-routes.ts";
export { createTokenRevocation } from "./token-revocation.ts";
export { createTokenRevocationRoutes } from "./token-revocation-routes.ts";
