/** Clients: the apps and services that receive tokens, as the configuration names them. */
export type { Client, ClientCredentials, Clients } from "./clients.ts";
export { allowedReturn, createClients } from "./clients.ts";
