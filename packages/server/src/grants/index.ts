/**
 * Grants: one client's refresh lineage under a session. Owns the refresh token, the rules by which a presented one is
 * judged, and the access token that a good verdict mints. Sessions, users and accounts end grants through this door.
 */
export type { TokenAnswer, TokenSubject } from "./access-token.ts";
export type { TokenAudience } from "./audience-store.ts";
export { listTokenAudiences } from "./audience-store.ts";
export { readClientCredentials, readParameter } from "./client-credentials.ts";
export type { EndOrigin } from "./ending.ts";
export { commandLine, endingData } from "./ending.ts";
export type { GrantRequest, Grants, GrantsDeps, StartedGrant } from "./grants.ts";
export { createGrants } from "./grants.ts";
export type { InspectedToken } from "./inspection.ts";
export type { Grant } from "./inspection-store.ts";
export { oauthErrors } from "./oauth-error.ts";
export type { Possession, Refresh, RefreshOutcome, RefreshRequest } from "./refresh.ts";
export { toldReason } from "./refresh.ts";
export type { HeldGeneration, RefreshCookies } from "./refresh-cookies.ts";
export { createRefreshCookies } from "./refresh-cookies.ts";
export { setGrantsRole } from "./role-store.ts";
export { createRefreshRoutes } from "./routes.ts";
export { createShedding } from "./shedding.ts";
export type { Memberships, Switching, SwitchingDeps } from "./switching.ts";
export { createSwitching } from "./switching.ts";
