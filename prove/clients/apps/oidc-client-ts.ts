import { ErrorResponse, type User, UserManager, WebStorageStateStore } from "oidc-client-ts";
import { createView, type StartApp } from "./compared-app.ts";

const signInAgain = ["invalid_grant", "login_required"];

/**
 * As `react-oidc-context` drives it: the view follows the events, and `automaticSilentRenew` (the default) renews. The
 * user is kept in `localStorage`, so that tabs share it and it outlives them; the default is `sessionStorage`.
 */
export const start: StartApp = ({ issuer, clientId, origin }) => {
  const { view, onView, show } = createView();
  const manager = new UserManager({
    authority: issuer,
    client_id: clientId,
    redirect_uri: `${origin}/`,
    post_logout_redirect_uri: `${origin}/`,
    scope: "openid offline_access",
    userStore: new WebStorageStateStore({ store: window.localStorage }),
  });
  const showUser = (user: User | null) => show(user && !user.expired ? "in" : "out");
  manager.events.addUserLoaded(showUser);
  manager.events.addUserUnloaded(() => show("out"));
  manager.events.addUserSignedOut(() => show("out"));

  async function begin(): Promise<void> {
    const isCallback = new URLSearchParams(location.search).has("code");
    const user = isCallback ? await manager.signinCallback() : await manager.getUser();
    if (isCallback) history.replaceState({}, "", "/");
    showUser(user ?? null);
  }

  /** The server's refusal of a credential is the one error after which the guide has people sign in again. */
  async function renew(): Promise<string | null> {
    try {
      return (await manager.signinSilent())?.access_token ?? null;
    } catch (error) {
      if (error instanceof ErrorResponse && signInAgain.includes(error.error ?? "")) return null;
      throw error;
    }
  }

  async function token(): Promise<string | null> {
    const user = await manager.getUser();
    const token = user?.expired ? await renew() : (user?.access_token ?? null);
    if (token === null) show("out");
    return token;
  }

  begin().catch(() => show("out"));
  return {
    view,
    onView,
    token,
    renew,
    signIn: () => manager.signinRedirect(),
    signOut: () => manager.signoutRedirect(),
  };
};
