import { Hono } from "hono";
import type { Events } from "../events/index.ts";
import { AppError } from "../http/app-error.ts";
import type { HttpContext, HttpEnvironment } from "../http/context.ts";
import type { Cookie } from "../http/cookies.ts";
import { logError, toAppError } from "../http/error-answer.ts";
import { readQuery } from "../http/parameters.ts";
import type { Providers } from "../providers/index.ts";
import type { Session, Sessions } from "../sessions/index.ts";
import type { Database } from "../storage/database.ts";
import type { Admission } from "./admission.ts";
import type { Arrival } from "./arrival.ts";
import type { Attempts, ReturnedAttempt } from "./attempts.ts";
import { readBrowser } from "./routes.ts";
import type { SigninRequest } from "./signin-request.ts";

export interface CallbackRoutesDeps {
  readonly issuer: string;
  readonly database: Database;
  readonly events: Events;
  readonly admission: Admission;
  readonly arrival: Arrival;
  readonly attempts: Attempts;
  readonly providers: Providers;
  readonly sessions: Sessions;
  readonly sessionCookie: Cookie;
  readonly browserCookie: Cookie;
  /** Told of every end: a stable code, or `ok`. */
  readonly onSignin: (provider: string, result: string) => void;
}

/** Where every provider sends people back to. */
export const callbackPath = "/integrations/oauth2/callback";

/** The way back in: `GET /integrations/oauth2/callback`. */
export function createCallbackRoutes(deps: CallbackRoutesDeps) {
  const { admission, arrival, attempts, providers, sessions, sessionCookie, browserCookie } = deps;
  const routes = new Hono<HttpEnvironment>();

  routes.get(callbackPath, async (context) => {
    const parameters = readQuery(context);
    const attempt = await attempts.find(parameters.get("state"), readBrowser(browserCookie.read(context)));
    try {
      const session = (await repeatedSession(context, attempt)) ?? (await signIn(context, attempt));
      return await arrival.proceed(context, session, attempt.request);
    } catch (thrown) {
      return fail(context, attempt, toAppError(thrown));
    }
  });

  /** A reloaded or doubly sent return ends where the first one did, as long as its session lives in this browser. */
  async function repeatedSession(context: HttpContext, attempt: ReturnedAttempt): Promise<Session | null> {
    if (attempt.repeatedSessionId === null) return null;
    const session = await sessions.authenticate(sessionCookie.read(context));
    return session?.id === attempt.repeatedSessionId ? session : null;
  }

  async function signIn(context: HttpContext, attempt: ReturnedAttempt): Promise<Session> {
    if (attempt.isTaken) throw new AppError("signin_state_unknown");
    if (attempt.isExpired) throw new AppError("signin_expired");
    await attempt.take();
    // Made from our own address: the Host header is anyone's word.
    const { search } = new URL(context.req.url);
    const returned = new URL(`${deps.issuer}${callbackPath}${search}`);
    const profile = await providers.get(attempt.provider).completeSignIn(returned, attempt.proof);
    const current = await sessions.authenticate(sessionCookie.read(context));
    const { session, cookie } = await admission.admit(profile, current, context.get("source"));
    deps.events.announce();
    await attempt.noteSession(session.id);
    const seconds = Math.ceil((session.expiresAt.getTime() - session.lastUsedAt.getTime()) / 1000);
    sessionCookie.write(context, cookie, seconds);
    deps.onSignin(attempt.provider, "ok");
    return session;
  }

  async function fail(context: HttpContext, attempt: ReturnedAttempt, error: AppError): Promise<Response> {
    const { provider, request } = attempt;
    logError(context, error);
    deps.onSignin(provider, error.code);
    await deps.events.append(deps.database.queries, {
      type: "signin.failed",
      clientId: request.client.id,
      requestId: context.get("source").requestId,
      data: { provider, code: error.code, cause: describeCause(error.cause) },
    });
    const address = failedAddress(request, error, context.get("source").requestId);
    if (address === null) throw error;
    return context.redirect(address, 303);
  }

  return routes;
}

/** Where the client wants to hear of failures; null when it left them to us. */
function failedAddress(request: SigninRequest, error: AppError, requestId: string): string | null {
  if (request.client.signinFailed === null) return null;
  const address = new URL(request.client.signinFailed);
  address.searchParams.set("error", error.code);
  address.searchParams.set("error_description", error.detail);
  address.searchParams.set("request_id", requestId);
  if (request.clientState !== null) address.searchParams.set("state", request.clientState);
  return address.href;
}

/** What the provider or its library said, in a line. */
function describeCause(cause: unknown): string | null {
  if (!(cause instanceof Error)) return null;
  const own = "error" in cause && typeof cause.error === "string" ? cause.error : null;
  const description =
    "error_description" in cause && typeof cause.error_description === "string" ? cause.error_description : null;
  const inner = cause.cause instanceof Error ? cause.cause.message : null;
  return [own, description ?? cause.message, inner].filter(Boolean).join(": ").slice(0, 500);
}
