import type { AuthClient } from "@holdfast/client";

/** What a component can do with the session: the methods of `AuthClient`, free of `this`. */
export type AuthActions = Pick<AuthClient, "getToken" | "fetch" | "signIn" | "signOut" | "switchAccount">;

/** Binds a client's methods, once for all components: they may stand in an effect's dependencies. */
export function bindActions(client: AuthClient): AuthActions {
  return {
    getToken: (options) => client.getToken(options),
    fetch: (input, init) => client.fetch(input, init),
    signIn: (options) => client.signIn(options),
    signOut: (options) => client.signOut(options),
    switchAccount: (accountId) => client.switchAccount(accountId),
  };
}
