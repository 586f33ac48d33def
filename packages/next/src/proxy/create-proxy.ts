import { NextRequest, NextResponse } from "next/server.js";
import { applyWrites } from "../cookies/cookie-header.ts";
import type { Kit } from "../kit.ts";
import { createLazyKit } from "../lazy-kit.ts";
import { authFrom } from "../session/auth.ts";
import type { Resumed } from "../session/sessions.ts";
import type { ProxyOptions } from "./options.ts";
import { createPathMatcher } from "./paths.ts";

/** What `proxy.ts` exports as `proxy`, and `middleware.ts` as `middleware`. */
export type Proxy = (request: NextRequest) => Promise<Response>;

/**
 * Makes the proxy: it refreshes sessions where a cookie can be written, before anything is rendered, and keeps nobody
 * out because Holdfast cannot be reached.
 *
 * @example
 * ```ts
 * import { createProxy } from "@holdfast/next/proxy";
 *
 * export const proxy = createProxy({ protect: ["/dashboard/*"] });
 *
 * export const config = { matcher: ["/((?!_next/static|_next/image|favicon.ico).*)"] };
 * ```
 * @throws TypeError at once for a path that is none; at the first request for all else that is wrong with the options
 */
export function createProxy({ protect = [], api = ["/api/*"], handle = passOn, ...options }: ProxyOptions = {}): Proxy {
  return proxyOf(createLazyKit(options), { protect, api, handle });
}

export function proxyOf(
  kit: () => Kit,
  { protect, api, handle }: Required<Pick<ProxyOptions, "protect" | "api" | "handle">>,
): Proxy {
  const matchesProtected = typeof protect === "function" ? null : createPathMatcher(protect);
  const isProtected = typeof protect === "function" ? protect : ofPath(matchesProtected);
  const isApi = ofPath(createPathMatcher(api));

  return async (request) => {
    const { settings, answers, sessions } = kit();
    const { pathname } = request.nextUrl;
    // The handlers look after themselves.
    if (pathname === settings.authPath || pathname.startsWith(`${settings.authPath}/`)) {
      return handle(request, authFrom({ status: "anonymous" }));
    }
    const cookieHeader = request.headers.get("cookie");
    const resumed = await sessions.resume(cookieHeader);
    const refusal = isProtected(request) ? refuse(kit(), request, resumed, isApi(request)) : null;
    if (refusal) return answers.withCookies(refusal, resumed.writes);
    const { standing, writes } = resumed;
    const response = await handle(withWrites(request, writes), authFrom(standing));
    if (writes.length === 0) return response;
    return answers.withCookies(new NextResponse(response.body, response), writes);
  };
}

/** What keeps a request from what it asks for; null where nothing does. */
function refuse({ answers, settings }: Kit, request: NextRequest, resumed: Resumed, isApi: boolean): Response | null {
  const { standing, retryInMs } = resumed;
  if (standing.status === "active" || standing.status === "degraded") return null;
  if (standing.status === "stale") {
    // A page renders, and the client recovers; a program cannot do without the token.
    return isApi ? answers.problem("temporarily_unavailable", { retryInMs }) : null;
  }
  if (isApi) return answers.problem("login_required");
  const { pathname, search } = request.nextUrl;
  const parameters = new URLSearchParams({ return_to: pathname + search });
  return answers.redirect(`${settings.appOrigin}${settings.authPath}/signin?${parameters}`);
}

function ofPath(matches: ((pathname: string) => boolean) | null): (request: NextRequest) => boolean {
  return (request) => matches?.(request.nextUrl.pathname) ?? false;
}

/** The request as it would have come, had the browser had the new cookies already. */
function withWrites(request: NextRequest, writes: Resumed["writes"]): NextRequest {
  if (writes.length === 0) return request;
  const headers = new Headers(request.headers);
  headers.set("cookie", applyWrites(request.headers.get("cookie"), writes));
  return new NextRequest(request, { headers });
}

function passOn(request: NextRequest): Response {
  return NextResponse.next({ request });
}
