import { type Context, Hono } from "hono";
import type { Clients } from "../clients/index.ts";
import { randomSecret } from "../crypto/digest.ts";
import { AppError } from "../http/app-error.ts";
import type { HttpContext, HttpEnvironment } from "../http/context.ts";
import { type Cookie, createCookie } from "../http/cookies.ts";
import { type OriginRules, requestSite } from "../http/origin-guard.ts";
import { answerPage } from "../http/page-answer.ts";
import { readBody, readQuery } from "../http/parameters.ts";
import { limitSignins, type RateLimits } from "../http/rate-limit.ts";
import type { Pages } from "../pages/index.ts";
import type { Provider, Providers } from "../providers/index.ts";
import type { Session, Sessions } from "../sessions/index.ts";
import type { Arrival } from "./arrival.ts";
import type { Attempts } from "./attempts.ts";
import type { Failures } from "./failure.ts";
import { formatSigninRequest, parseSigninRequest, type SigninRequest } from "./signin-request.ts";

export interface SigninRoutesDeps {
  readonly attempts: Attempts;
  readonly arrival: Arrival;
  readonly failures: Failures;
  readonly clients: Clients;
  readonly providers: Providers;
  readonly sessions: Sessions;
  readonly sessionCookie: Cookie;
  readonly limits: RateLimits;
  readonly origins: OriginRules;
  readonly pages: Pages;
  readonly isSecure: boolean;
  /** Seconds. */
  readonly attemptLifetime: number;
}

/** The way out to a provider, and the choices before it: `/signin`, `/signin/:provider`, `/signin/account`. */
export function createSigninRoutes(deps: SigninRoutesDeps) {
  const { attempts, arrival, clients, failures, providers, sessions, sessionCookie, pages } = deps;
  const browserCookie = createBrowserCookie(deps.isSecure);
  const limited = limitSignins(deps.limits);
  const routes = new Hono<HttpEnvironment>();

  routes.get("/signin", limited, async (context) => {
    const request = parseSigninRequest(readQuery(context), clients);
    return failures.guard(context, { request, provider: null }, async () => {
      const session = request.prompt === "login" ? null : await currentSession(context);
      if (session) return arrival.proceed(context, session, request);
      const provider = providers.byDefault();
      return provider ? goTo(context, provider, request) : choose(context, request);
    });
  });

  routes.get("/signin/account", limited, async (context) => {
    const request = parseSigninRequest(readQuery(context), clients);
    const session = await currentSession(context);
    if (!session) return context.redirect(`/signin?${formatSigninRequest(request)}`, 303);
    return failures.guard(context, { request, provider: null }, () =>
      arrival.proceed(context, session, { ...request, prompt: "select_account" }),
    );
  });

  routes.post("/signin/account", limited, async (context) => {
    if (requestSite(context, deps.origins) !== "ours") throw new AppError("origin_not_allowed");
    const request = parseSigninRequest(await readBody(context), clients);
    const session = await currentSession(context);
    if (!session) throw new AppError("login_required");
    return failures.guard(context, { request, provider: null }, () => arrival.proceed(context, session, request));
  });

  // Not also the address where codes are redeemed, which takes POST only.
  routes.get("/signin/:provider{(?!redeem$)[^/]+}", limited, async (context) => {
    const request = parseSigninRequest(readQuery(context), clients);
    const provider = providers.get(context.req.param("provider"));
    return failures.guard(context, { request, provider: provider.id }, () => goTo(context, provider, request));
  });

  function currentSession(context: HttpContext): Promise<Session | null> {
    return sessions.authenticate(sessionCookie.read(context));
  }

  async function goTo(context: Context<HttpEnvironment>, provider: Provider, request: SigninRequest) {
    // Sign-ins in several tabs share the browser's secret; each has its own state.
    const browser = readBrowser(browserCookie.read(context)) ?? randomSecret();
    const proof = await attempts.begin(provider.id, request, browser);
    const prompt = request.prompt === "login" ? "login" : null;
    const address = await provider.authorizationUrl(proof, { prompt });
    browserCookie.write(context, browser, deps.attemptLifetime);
    context.header("Cache-Control", "no-store");
    context.header("Referrer-Policy", "no-referrer");
    return context.redirect(address.href, 303);
  }

  function choose(context: HttpContext, request: SigninRequest): Response {
    const parameters = formatSigninRequest(request);
    if (request.prompt !== null) parameters.set("prompt", request.prompt);
    const choices = providers.all().map(({ id, name }) => ({
      id,
      name,
      href: `/signin/${id}?${parameters}`,
      kind: id === "practice" ? ("practice" as const) : undefined,
    }));
    return answerPage(context, (locale) =>
      pages.providerChooserPage({ locale, clientName: request.client.name, providers: choices }),
    );
  }

  return routes;
}

/** The cookie that ties a sign-in to the browser it was begun in. Lax: it must come along from the provider's site. */
export function createBrowserCookie(isSecure: boolean): Cookie {
  return createCookie("holdfast_signin", isSecure, { path: "/", sameSite: "Lax" });
}

/** The browser's secret, where it is one of ours. */
export function readBrowser(value: string | undefined): string | undefined {
  return value !== undefined && /^[A-Za-z0-9_-]{43}$/.test(value) ? value : undefined;
}
