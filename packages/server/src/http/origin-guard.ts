import type { MiddlewareHandler } from "hono";
import { AppError } from "./app-error.ts";
import type { HttpContext, HttpEnvironment } from "./context.ts";

export interface OriginRules {
  readonly issuer: string;
  /** Whether pages of this web origin belong to a client. */
  readonly isKnownOrigin: (origin: string) => boolean;
}

/** What pages may send beside what any may. */
const allowHeaders = "Authorization, Content-Type, DPoP, Idempotency-Key, Refresh-Deadline";

/** Where a request was begun, as the browser tells it; a program tells nothing and is `none`. */
export type RequestSite = "ours" | "client" | "foreign" | "none";

/**
 * Tells which site a request comes from, by `Origin`, which browsers send with every cross-origin request and every
 * POST, and by `Sec-Fetch-Site` and `Referer` where there is none (navigations). Pages cannot set any of the three.
 */
export function requestSite(context: HttpContext, { issuer, isKnownOrigin }: OriginRules): RequestSite {
  const origin = context.req.header("origin") ?? refererOrigin(context.req.header("referer"));
  if (origin !== null) {
    if (origin === issuer) return "ours";
    return isKnownOrigin(origin) ? "client" : "foreign";
  }
  const site = context.req.header("sec-fetch-site");
  if (site === "same-origin") return "ours";
  return site === undefined || site === "none" ? "none" : "foreign";
}

/**
 * Whether a person comes here now, in a window of theirs: neither an image or a frame that someone put into a page, nor
 * a browser that fetches ahead of a visit, nor a `HEAD`. Programs say none of it and are believed.
 */
export function isVisit(context: HttpContext): boolean {
  const destination = context.req.header("sec-fetch-dest");
  const isAhead = /prefetch/i.test(context.req.header("sec-purpose") ?? context.req.header("purpose") ?? "");
  return context.req.method !== "HEAD" && (destination ?? "document") === "document" && !isAhead;
}

function refererOrigin(referer: string | undefined): string | null {
  return referer !== undefined && URL.canParse(referer) ? new URL(referer).origin : null;
}

/**
 * Lets the pages of clients ask with cookies (CORS), and refuses every other page before anything happens.
 *
 * @throws AppError `origin_not_allowed`
 */
export function allowClientOrigins(rules: OriginRules, methods: readonly string[]): MiddlewareHandler<HttpEnvironment> {
  const allowMethods = methods.join(", ");
  return async (context, next) => {
    context.header("Vary", "Origin", { append: true });
    const site = requestSite(context, rules);
    const origin = context.req.header("origin");
    if (origin !== undefined && (site === "client" || site === "ours")) {
      context.header("Access-Control-Allow-Origin", origin);
      context.header("Access-Control-Allow-Credentials", "true");
      context.header("Access-Control-Expose-Headers", "X-Request-Id, Retry-After, WWW-Authenticate, DPoP-Nonce");
    }
    if (site === "foreign") throw new AppError("origin_not_allowed");
    if (context.req.method === "OPTIONS") {
      context.header("Access-Control-Allow-Methods", allowMethods);
      context.header("Access-Control-Allow-Headers", allowHeaders);
      context.header("Access-Control-Max-Age", "600");
      return context.body(null, 204);
    }
    return next();
  };
}
