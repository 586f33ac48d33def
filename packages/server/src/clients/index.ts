/**
 * Clients: the apps and services that receive tokens, as the configuration names them; and how
 * long access tokens live that may be alive, whatever it says now.
 */
export type { Client, ClientCredentials, Clients } from "./clients.ts";
export { allowedReturn, createClients } from "./clients.ts";
export { rememberTokenLifetimes } from "./token-lifetimes.ts";
