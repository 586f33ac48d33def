import { Auth0Client, type GetTokenSilentlyOptions } from "@auth0/auth0-spa-js";
import { createView, type StartApp } from "./compared-app.ts";

/** The errors after which the guide has people sign in again. */
const signInAgain = ["login_required", "invalid_grant", "missing_refresh_token", "consent_required"];

/**
 * As `@auth0/auth0-react` drives it: `checkSession` when the page loads, then `isAuthenticated`. With refresh tokens in
 * `localStorage`, so that nothing depends on an iframe and on third-party cookies; the default is memory and an iframe.
 */
export const start: StartApp = ({ issuer, clientId, origin }) => {
  const { view, onView, show } = createView();
  const client = new Auth0Client({
    domain: new URL(issuer).host,
    clientId,
    useRefreshTokens: true,
    cacheLocation: "localstorage",
    authorizationParams: { redirect_uri: `${origin}/`, audience: "https://api.example.com" },
  });
  const showUser = async () => show((await client.isAuthenticated()) ? "in" : "out");

  async function begin(): Promise<void> {
    if (new URLSearchParams(location.search).has("code")) {
      await client.handleRedirectCallback();
      history.replaceState({}, "", "/");
    } else {
      await client.checkSession();
    }
    await showUser();
  }

  async function renew(options: GetTokenSilentlyOptions = { cacheMode: "off" }): Promise<string | null> {
    try {
      return (await client.getTokenSilently(options)) ?? null;
    } catch (error) {
      if (signInAgain.includes((error as { readonly error?: string }).error ?? "")) return null;
      throw error;
    }
  }

  async function token(): Promise<string | null> {
    const token = await renew({});
    show(token === null ? "out" : "in");
    return token;
  }

  // An error of `checkSession` is shown as one; who is signed in by the stored identity token stays so.
  begin().catch(showUser);
  return {
    view,
    onView,
    token,
    renew: () => renew(),
    signIn: () => client.loginWithRedirect(),
    signOut: () => client.logout({ logoutParams: { returnTo: origin } }),
  };
};
