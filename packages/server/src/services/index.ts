/**
 * Services: who trusts our tokens. Owns their credentials and what each may ask of us; every endpoint that is for
 * services and not for people or apps asks here who is calling.
 */
export type { ServiceGuard } from "./service-guard.ts";
export { createServiceGuard } from "./service-guard.ts";
export type { Service, ServicePermission, Services } from "./services.ts";
export { createServices } from "./services.ts";
