/**
 * Users and their upstream identities. A person is an issuer and a subject, never an e-mail address. Disabling or
 * removing a user ends every session in the same transaction.
 */
export type { User } from "./store.ts";
export type { UpstreamProfile, Users, UsersDeps } from "./users.ts";
export { assertMaySignIn, createUsers } from "./users.ts";
