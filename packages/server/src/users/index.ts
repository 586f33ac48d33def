/**
 * Users and their upstream identities. A person is an issuer and a subject, never an e-mail address. Disabling or
 * removing a user ends every session in the same transaction.
 */
export type { UpstreamProfile, User } from "./store.ts";
export type { Users, UsersDeps } from "./users.ts";
export { assertMaySignIn, createUsers } from "./users.ts";
