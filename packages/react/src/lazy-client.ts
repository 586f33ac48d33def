import { type AuthClient, type AuthClientOptions, createAuthClient } from "@holdfast/client";
import { INITIAL_STATE } from "./initial-state.ts";

/**
 * A client that is made when something first subscribes to it or calls it. React may render and throw the result away
 * (StrictMode, a suspended tree, a server), and a client made for such a render would hold a lock, a channel and timers
 * that nobody lets go of.
 */
export function createLazyClient(options: AuthClientOptions): AuthClient {
  let made: AuthClient | undefined;
  let disposed = false;

  function client(): AuthClient {
    if (made === undefined) {
      made = createAuthClient(options);
      // A call that came after the tree had gone: it gets the answers of a client that is disposed.
      if (disposed) made.dispose();
    }
    return made;
  }

  return {
    get state() {
      return made?.state ?? INITIAL_STATE;
    },
    subscribe: (listener) => client().subscribe(listener),
    ready: () => client().ready(),
    getToken: (request) => client().getToken(request),
    fetch: (input, init) => client().fetch(input, init),
    signIn: (request) => client().signIn(request),
    handleCallback: (url) => client().handleCallback(url),
    signOut: (request) => client().signOut(request),
    switchAccount: (accountId) => client().switchAccount(accountId),
    check: () => client().check(),
    on: (name, listener) => client().on(name, listener),
    dispose: () => {
      disposed = true;
      made?.dispose();
    },
  };
}
