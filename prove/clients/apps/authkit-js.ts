import { createClient, LoginRequiredError } from "@workos-inc/authkit-js";
import { createView, type StartApp } from "./compared-app.ts";

/**
 * As `@workos-inc/authkit-react` drives it: the user of the client once it is created, then `onRefresh`. In the mode for
 * production: an authentication domain of one's own, the refresh token in an HttpOnly cookie.
 */
export const start: StartApp = ({ issuer, clientId, origin }) => {
  const { view, onView, show } = createView();
  const created = createClient(clientId, {
    apiHostname: new URL(issuer).host,
    redirectUri: `${origin}/`,
    devMode: false,
    onRefresh: () => show("in"),
    onRefreshFailure: () => show("out"),
  });
  created.then(
    (client) => show(client.getUser() ? "in" : "out"),
    () => show("out"),
  );

  async function renew(options = { forceRefresh: true }): Promise<string | null> {
    const client = await created;
    try {
      return await client.getAccessToken(options);
    } catch (error) {
      if (error instanceof LoginRequiredError) return null;
      throw error;
    }
  }

  async function token(): Promise<string | null> {
    const token = await renew({ forceRefresh: false });
    if (token === null) show("out");
    return token;
  }

  return {
    view,
    onView,
    token,
    renew: () => renew(),
    signIn: async () => (await created).signIn(),
    async signOut() {
      const client = await created;
      client.signOut({ returnTo: origin });
      show("out");
    },
  };
};
