/**
 * Grants: one client's refresh lineage under a session. Owns the refresh token, the rules by which a presented one is
 * judged, and the access token that a good verdict mints. Sessions, users and accounts end grants through this door.
 */
export type { TokenAnswer, TokenSubject } from "./access-token.ts";
export { readClientCredentials } from "./client-credentials.ts";
export type { GrantRequest, Grants, GrantsDeps, StartedGrant } from "./grants.ts";
export { createGrants } from "./grants.ts";
export { oauthErrors } from "./oauth-error.ts";
export type { Refresh, RefreshOutcome, RefreshRequest } from "./refresh.ts";
export type { RefreshCookies } from "./refresh-cookies.ts";
export { createRefreshCookies } from "./refresh-cookies.ts";
export { createRefreshRoutes } from "./routes.ts";
export type { GrantSelection } from "./store.ts";
