import type { Kit } from "../kit.ts";
import { receiveCallback } from "./callback.ts";
import { tellSession } from "./session.ts";
import { beginSignIn } from "./sign-in.ts";
import { signOut } from "./sign-out.ts";
import { giveToken } from "./token.ts";

/** One of the addresses below `authPath`. */
export type Route = (kit: Kit, request: Request) => Promise<Response>;

/**
 * What is mounted at `authPath`. To the browser it is what Holdfast is to a page of its own site: `/signin`, `/refresh`
 * and `/signout` speak as Holdfast's do, so that the same client talks to either.
 */
const routes: Readonly<Record<string, Route>> = {
  "GET /signin": beginSignIn,
  "GET /callback": receiveCallback,
  "GET /session": tellSession,
  "POST /signout": signOut,
  "POST /token": giveToken,
  "POST /refresh": giveToken,
};

export async function handleAuthRequest(kit: Kit, request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const { authPath } = kit.settings;
  const path = pathname.startsWith(`${authPath}/`) ? pathname.slice(authPath.length).replace(/\/$/, "") : "";
  // `/signin/<provider>` goes to one provider at once.
  const name = path.startsWith("/signin/") ? "/signin" : path;
  const route = routes[`${request.method} ${name}`];
  if (route) return route(kit, request);
  const allowed = ["GET", "POST"].find((method) => Object.hasOwn(routes, `${method} ${name}`));
  if (allowed === undefined) return kit.answers.problem("not_found");
  const answer = kit.answers.problem("method_not_allowed");
  answer.headers.set("allow", allowed);
  return answer;
}
