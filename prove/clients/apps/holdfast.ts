import { type AuthClient, createAuthClient, type StorageMode } from "@holdfast/client";
import type { AppAddress, ComparedApp, StartApp } from "./compared-app.ts";

/** `createAuthClient` with nothing but its address. */
const startWith =
  (storage: Exclude<StorageMode, "dpop">): StartApp =>
  ({ issuer, clientId }: AppAddress) => {
    const client = createAuthClient({ issuer, clientId, storage });
    if (new URLSearchParams(location.search).has("code")) void client.handleCallback();
    return appOf(client);
  };

/** The refresh token in an HttpOnly cookie. */
export const start: StartApp = startWith("cookie");

/** The refresh token in `localStorage`. */
export const startLocal: StartApp = startWith("local");

/** Any client of this shape, as an app. */
export function appOf(client: AuthClient): ComparedApp {
  return {
    view: () => (client.state.isLoading ? "loading" : client.state.isAuthenticated ? "in" : "out"),
    onView: (listener) => void client.subscribe(listener),
    token: () => client.getToken(),
    renew: () => client.getToken({ forceRefresh: true }),
    signIn: () => client.signIn(),
    signOut: () => client.signOut(),
  };
}
