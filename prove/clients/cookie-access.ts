import type { World } from "@holdfast/client/testing";
import type { Contestant } from "./contestants.ts";

/** `document.cookie`: the app's own cookies, and what the server sets for the whole site. */
export function createCookieAccess(
  { browser: { jar }, settings: { app, issuer } }: World,
  { siteCookies }: Contestant,
) {
  const context = { from: app };
  return {
    readCookies() {
      const own = jar.headerFor(new URL(app), context)?.split("; ") ?? [];
      const ofSite = jar.headerFor(new URL(issuer), context)?.split("; ") ?? [];
      return [...own, ...ofSite.filter((pair) => siteCookies.includes(pair.split("=")[0] ?? ""))].join("; ");
    },
    writeCookie: (line: string) => jar.take(new URL(app), [line], context),
  };
}
