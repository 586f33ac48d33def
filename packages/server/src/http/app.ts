import { Hono } from "hono";
import type { Clock } from "../clock/clock.ts";
import type { Logger } from "../logging/logger.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Pages } from "../pages/index.ts";
import { AppError } from "./app-error.ts";
import type { HttpApp, HttpContext, HttpEnvironment } from "./context.ts";
import { answerProblem, logError, setRetryAfter, toAppError } from "./error-answer.ts";
import { answerPage, wantsPage } from "./page-answer.ts";
import { identifyRequest } from "./request.ts";

export interface AppDeps {
  readonly issuer: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly pages: Pages;
  readonly trustedProxies: number;
  readonly routes: readonly Hono<HttpEnvironment>[];
}

const secondBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** One instance's public face: every feature's routes, and around them what all requests have in common. */
export function createApp({ issuer, clock, logger, metrics, pages, trustedProxies, routes }: AppDeps): HttpApp {
  const app = new Hono<HttpEnvironment>();
  const help = "HTTP requests by route and status.";
  const requests = metrics.histogram("holdfast_http_request_duration_seconds", help, secondBuckets, [
    "route",
    "status",
  ]);
  app.use(async (context, next) => {
    // Before there is an answer: every header set on one makes Hono build it anew.
    context.header("X-Content-Type-Options", "nosniff");
    if (issuer.startsWith("https:")) context.header("Strict-Transport-Security", "max-age=31536000");
    // Answers carry cookies and codes: what may be kept says so itself.
    context.header("Cache-Control", "no-store");
    await next();
  });
  app.use(
    identifyRequest({
      logger,
      clock,
      trustedProxies,
      onAnswered: ({ route, status, seconds }) => requests.observe({ route, status: String(status) }, seconds),
    }),
  );
  for (const group of routes) app.route("/", group);

  app.notFound((context) => answerError(context, unmatched(app, context)));
  app.onError((thrown, context) => answerError(context, toAppError(thrown)));

  function answerError(context: HttpContext, error: AppError): Response {
    logError(context, error);
    if (!wantsPage(context)) return answerProblem(context, issuer, error);
    setRetryAfter(context, error);
    const requestId = context.get("source").requestId;
    const view = { code: error.code, detail: error.detail, requestId, retryHref: retryAddress(context) };
    return answerPage(context, (locale) => pages.errorPage({ locale, ...view }), { status: error.status });
  }

  return app;
}

/** Where a person can begin again. */
function retryAddress(context: HttpContext): string {
  const client = context.get("clientId") ?? context.req.query("client_id");
  return client === undefined ? "/signin" : `/signin?${new URLSearchParams({ client_id: client })}`;
}

/** A path that exists for another method is not "not found" (RFC 9110, section 15.5.6). */
function unmatched(app: HttpApp, context: HttpContext): AppError {
  const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"].filter((method) =>
    app.router.match(method, context.req.path)[0].some(([[, route]]) => route.method === method),
  );
  if (methods.length === 0) return new AppError("not_found");
  context.header("Allow", methods.join(", "));
  return new AppError("method_not_allowed", `This address takes ${new Intl.ListFormat("en").format(methods)}.`);
}
