import { Hono } from "hono";
import type { Events } from "../events/index.ts";
import { AppError } from "../http/app-error.ts";
import type { HttpContext, HttpEnvironment } from "../http/context.ts";
import type { Cookie } from "../http/cookies.ts";
import { readQuery } from "../http/parameters.ts";
import { limitSignins, type RateLimits } from "../http/rate-limit.ts";
import type { Providers } from "../providers/index.ts";
import type { Session, Sessions } from "../sessions/index.ts";
import type { Admission } from "./admission.ts";
import type { Arrival } from "./arrival.ts";
import type { Attempts, ReturnedAttempt } from "./attempts.ts";
import type { Failures } from "./failure.ts";
import { readBrowser } from "./routes.ts";

export interface CallbackRoutesDeps {
  readonly issuer: string;
  readonly events: Events;
  readonly admission: Admission;
  readonly arrival: Arrival;
  readonly attempts: Attempts;
  readonly limits: RateLimits;
  readonly providers: Providers;
  readonly sessions: Sessions;
  readonly sessionCookie: Cookie;
  readonly browserCookie: Cookie;
  readonly failures: Failures;
  readonly onSignedIn: (provider: string) => void;
}

/** Where every provider sends people back to. */
export const callbackPath = "/integrations/oauth2/callback";

/** The way back in: `GET /integrations/oauth2/callback`. */
export function createCallbackRoutes(deps: CallbackRoutesDeps) {
  const { admission, arrival, attempts, providers, sessions, sessionCookie, browserCookie } = deps;
  const routes = new Hono<HttpEnvironment>();

  routes.get(callbackPath, limitSignins(deps.limits), async (context) => {
    const parameters = readQuery(context);
    const attempt = await attempts.find(parameters.get("state"), readBrowser(browserCookie.read(context)));
    return deps.failures.guard(context, attempt, async () => {
      const session = (await repeatedSession(context, attempt)) ?? (await signIn(context, attempt));
      return arrival.proceed(context, session, attempt.request);
    });
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
    deps.onSignedIn(attempt.provider);
    return session;
  }

  return routes;
}
