import { readForm } from "./form.ts";
import type { Route } from "./handler.ts";
import { safeReturn } from "./return-to.ts";
import { isSameOrigin } from "./same-origin.ts";

/**
 * `POST /auth/signout`, from a form or a script of the app's own: any page can make a browser open an address, and the
 * router fetches links ahead. It ends here at once; then Holdfast's own page ends the session for every other app too,
 * and sends the person on.
 */
export const signOut: Route = async ({ settings, answers, sessions }, request) => {
  if (!isSameOrigin(request, settings.appOrigin)) return answers.problem("origin_not_allowed");
  const form = await readForm(request);
  const returnTo = safeReturn(form.get("return_to"), settings, settings.afterSignOut);
  const { writes, isTold } = await sessions.signOut(request.headers.get("cookie"), form.get("sid"));
  const address = new URL(`${settings.issuer.replace(/\/$/, "")}/signout`);
  address.search = new URLSearchParams({
    client_id: settings.clientId,
    return_to: settings.appOrigin + returnTo,
  }).toString();
  // Where Holdfast cannot be reached, its page cannot either: it is told later, and the person stays in the app.
  const redirectTo = isTold ? address.href : returnTo;
  const wantsJson = request.headers.get("accept")?.includes("application/json") ?? false;
  if (!wantsJson) return answers.redirect(redirectTo, writes);
  return answers.withCookies(answers.json({ signed_out: true, redirect_to: isTold ? redirectTo : null }), writes);
};
