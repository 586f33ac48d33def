import { Hono } from "hono";
import { AppError } from "../http/app-error.ts";
import type { HttpEnvironment } from "../http/context.ts";
import type { Cookie } from "../http/cookies.ts";
import { answerPage } from "../http/page-answer.ts";
import { faviconSvg, isErrorCode, type Pages } from "../pages/index.ts";
import type { Sessions } from "../sessions/index.ts";
import type { Users } from "../users/index.ts";

export interface SiteRoutesDeps {
  readonly issuer: string;
  readonly pages: Pages;
  readonly sessions: Sessions;
  readonly sessionCookie: Cookie;
  readonly users: Users;
}

/** The pages that stand by themselves: `/`, the error catalogue under `/errors`, and the icon. */
export function createSiteRoutes({ issuer, pages, sessions, sessionCookie, users }: SiteRoutesDeps) {
  const routes = new Hono<HttpEnvironment>();

  routes.get("/", async (context) => {
    const session = await sessions.authenticate(sessionCookie.read(context));
    const user = session && (await users.find(session.userId));
    return answerPage(context, (locale) =>
      pages.homePage({ locale, user, issuer, signinHref: "/signin", signoutHref: "/signout" }),
    );
  });

  routes.get("/errors", (context) => answerPage(context, (locale) => pages.errorIndexPage({ locale })));

  routes.get("/errors/:code", (context) => {
    const code = context.req.param("code");
    if (!isErrorCode(code)) throw new AppError("not_found");
    return answerPage(context, (locale) => pages.errorCodePage({ locale, code }));
  });

  for (const path of ["/favicon.svg", "/favicon.ico"]) {
    routes.get(path, (context) =>
      context.body(faviconSvg, 200, { "Content-Type": "image/svg+xml", "Cache-Control": "public, max-age=86400" }),
    );
  }
  return routes;
}
