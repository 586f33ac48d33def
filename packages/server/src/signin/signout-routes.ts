import { Hono } from "hono";
import { allowedReturn, type Client, type Clients } from "../clients/index.ts";
import type { Grants, RefreshCookies } from "../grants/index.ts";
import { AppError } from "../http/app-error.ts";
import type { HttpContext, HttpEnvironment } from "../http/context.ts";
import type { Cookie } from "../http/cookies.ts";
import { allowClientOrigins, isVisit, type OriginRules, requestSite } from "../http/origin-guard.ts";
import { answerPage, wantsPage } from "../http/page-answer.ts";
import { type Parameters, readBody, readQuery } from "../http/parameters.ts";
import type { RateLimits } from "../http/rate-limit.ts";
import type { Pages } from "../pages/index.ts";
import type { Providers } from "../providers/index.ts";
import type { Session, Sessions } from "../sessions/index.ts";
import type { Admission } from "./admission.ts";

export interface SignoutRoutesDeps {
  readonly admission: Admission;
  readonly clients: Clients;
  readonly grants: Grants;
  readonly limits: RateLimits;
  readonly origins: OriginRules;
  readonly pages: Pages;
  readonly providers: Providers;
  readonly refreshCookies: RefreshCookies;
  readonly sessions: Sessions;
  readonly sessionCookie: Cookie;
}

/** Where a person goes after signing out: an address of the client, or our own page. */
interface SignoutRequest {
  readonly client: Client | null;
  readonly returnTo: string | null;
}

/** `GET` and `POST /signout`: ends the session and its grants, tells those who follow, and says goodbye. */
export function createSignoutRoutes(deps: SignoutRoutesDeps) {
  const { admission, clients, limits, origins, pages, refreshCookies, sessions, sessionCookie } = deps;
  const routes = new Hono<HttpEnvironment>();

  routes.get("/signout", async (context) => {
    const request = parseSignoutRequest(readQuery(context), clients);
    const session = await findSession(context);
    // Any page can link this address; only our own and the clients' are taken at their word. And into a client's page,
    // anyone who may put an image there could put this.
    const isMeant = requestSite(context, origins) !== "foreign" && isVisit(context);
    if (session && !isMeant) return ask(context, session, request);
    return signOut(context, session, request);
  });

  routes.on(["POST", "OPTIONS"], "/signout", allowClientOrigins(origins, ["GET", "POST"]), async (context) => {
    const request = parseSignoutRequest(await readBody(context), clients);
    const session = await findSession(context);
    return signOut(context, session, request);
  });

  routes.get("/signed-out", (context) => {
    const { client } = parseSignoutRequest(readQuery(context), clients);
    const provider = deps.providers.all().find(({ id }) => id === context.req.query("provider"));
    return answerPage(context, (locale) =>
      pages.signedOutPage({
        locale,
        providerName: provider?.name,
        signinHref: client ? `/signin?client_id=${client.id}` : "/signin",
        returnHref: client?.signinSuccess,
      }),
    );
  });

  /**
   * Whose session is to end. It waits for nobody, unless the caller has brought many cookies of no session: those must not
   * take what is kept for ending things.
   */
  async function findSession(context: HttpContext): Promise<Session | null> {
    const cookie = sessionCookie.read(context);
    const caller = limits.callerOf(context);
    const isUrgent = limits.unknownSession.hasLeft(caller);
    const session = await sessions.authenticate(cookie, { isUrgent });
    if (!session && cookie !== undefined && isUrgent) limits.unknownSession.take(caller);
    return session;
  }

  async function ask(context: HttpContext, session: Session, { client, returnTo }: SignoutRequest): Promise<Response> {
    const { user } = await admission.memberships(session);
    const hidden = {
      ...(client ? { client_id: client.id } : {}),
      ...(returnTo === null ? {} : { return_to: returnTo }),
    };
    return answerPage(context, (locale) => pages.signoutConfirmPage({ locale, user, action: "/signout", hidden }), {
      formActions: returnTo === null ? [] : [new URL(returnTo).origin],
    });
  }

  async function signOut(context: HttpContext, session: Session | null, request: SignoutRequest): Promise<Response> {
    if (session) await sessions.revoke({ id: session.id }, "signed_out", context.get("source"));
    sessionCookie.clear(context);
    const held = session ? await heldUnder(session) : [];
    for (const client of clients.all()) {
      if (client.refreshToken !== "cookie") continue;
      refreshCookies.clear(
        context,
        client,
        held.filter(({ clientId }) => clientId === client.id),
      );
    }
    context.header("Cache-Control", "no-store");
    if (context.req.method === "POST" && !wantsPage(context)) {
      return context.json({ signed_out: true, redirect_to: request.returnTo });
    }
    return context.redirect(request.returnTo ?? goodbye(session, request), 303);
  }

  /** What the browser can hold of a session: each grant's last token, and the one before where the last got lost. */
  async function heldUnder(session: Session) {
    const grants = await deps.grants.listOf(session.id);
    return grants
      .flatMap((grant) => [grant, { ...grant, generation: grant.generation - 1 }])
      .filter(({ generation }) => generation > 0);
  }

  return routes;
}

function goodbye(session: Session | null, { client }: SignoutRequest): string {
  const parameters = new URLSearchParams();
  if (client) parameters.set("client_id", client.id);
  if (session) parameters.set("provider", session.provider);
  return parameters.size > 0 ? `/signed-out?${parameters}` : "/signed-out";
}

/** Reads `client_id` and `return_to`. @throws AppError `client_unknown`, `redirect_not_allowed` */
function parseSignoutRequest(parameters: Parameters, clients: Clients): SignoutRequest {
  const clientId = parameters.get("client_id") ?? null;
  const returnTo = parameters.get("return_to") ?? null;
  const client = clientId === null ? onlyClient(clients) : clients.choose(clientId);
  if (returnTo !== null && !client) throw new AppError("client_unknown");
  if (!client) return { client: null, returnTo: null };
  return { client, returnTo: returnTo === null ? client.signoutSuccess : allowedReturn(client, returnTo) };
}

/** Unlike a sign-in, a sign-out need not know for which client it is. */
function onlyClient(clients: Clients): Client | null {
  const all = clients.all();
  return all.length === 1 ? (all[0] ?? null) : null;
}
