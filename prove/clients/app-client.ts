import type { AuthClient, AuthState } from "@holdfast/client";
import type { ComparedApp } from "./apps/compared-app.ts";

const states = {
  loading: { status: "initializing", isAuthenticated: false, isLoading: true },
  in: {
    status: "active",
    isAuthenticated: true,
    isLoading: false,
    sid: null,
    user: { userId: "ada", accountId: null, role: null, claims: {} },
  },
  out: { status: "anonymous", isAuthenticated: false, isLoading: false },
} satisfies Record<string, AuthState>;

const absent = () => {
  throw new Error("The comparison does not use this.");
};

/** A compared app in the place where a world expects a client: its view as a state. Apps finish sign-ins by themselves. */
export function clientOf(app: ComparedApp): AuthClient {
  return {
    get state() {
      return states[app.view()];
    },
    subscribe(listener) {
      app.onView(listener);
      return () => undefined;
    },
    ready: async () => states[app.view()],
    getToken: ({ forceRefresh = false } = {}) => (forceRefresh ? app.renew() : app.token()),
    signIn: () => app.signIn(),
    handleCallback: async () => true,
    signOut: () => app.signOut(),
    fetch: absent,
    switchAccount: absent,
    check: absent,
    on: absent,
    dispose: () => undefined,
  };
}
