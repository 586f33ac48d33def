import { AuthClient, isAuthRefreshDiscardedError, isAuthRetryableFetchError } from "@supabase/auth-js";
import { createView, type StartApp } from "./compared-app.ts";

/**
 * As the vendor's quick starts have it: the view follows `onAuthStateChange`, tokens come from `getSession`. The options
 * are those that `supabase-js` passes by default, with the PKCE flow.
 */
export const start: StartApp = ({ issuer, origin }) => {
  const { view, onView, show } = createView();
  const client = new AuthClient({
    url: `${issuer}/auth/v1`,
    storageKey: "sb-example-auth-token",
    autoRefreshToken: true,
    persistSession: true,
    detectSessionInUrl: true,
    flowType: "pkce",
  });
  client.onAuthStateChange((_event, session) => show(session ? "in" : "out"));

  /** No session beside a passing error is trouble; no session without one is an answer. */
  function tokenOf(session: { readonly access_token: string } | null, error: unknown): string | null {
    if (session) return session.access_token;
    if (isAuthRetryableFetchError(error) || isAuthRefreshDiscardedError(error)) throw error;
    return null;
  }

  return {
    view,
    onView,
    async token() {
      const { data, error } = await client.getSession();
      const token = tokenOf(data.session, error);
      if (token === null) show("out");
      return token;
    },
    async renew() {
      const { data, error } = await client.refreshSession();
      return tokenOf(data.session, error);
    },
    async signIn() {
      await client.signInWithOAuth({ provider: "github", options: { redirectTo: `${origin}/` } });
    },
    async signOut() {
      await client.signOut();
    },
  };
};
