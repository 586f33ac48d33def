import type { SessionAnswer } from "@holdfast/protocol";
import { Hono } from "hono";
import { AppError } from "../http/app-error.ts";
import type { HttpEnvironment } from "../http/context.ts";
import type { Cookie } from "../http/cookies.ts";
import { allowClientOrigins, type OriginRules } from "../http/origin-guard.ts";
import type { Sessions } from "../sessions/index.ts";
import type { Admission } from "./admission.ts";

export interface SessionRoutesDeps {
  readonly admission: Admission;
  readonly origins: OriginRules;
  readonly sessions: Sessions;
  readonly sessionCookie: Cookie;
}

/** `GET /session`: who is signed in, in this browser. */
export function createSessionRoutes({ admission, origins, sessions, sessionCookie }: SessionRoutesDeps) {
  const routes = new Hono<HttpEnvironment>();
  routes.use("/session", allowClientOrigins(origins, ["GET"]));

  routes.get("/session", async (context) => {
    const session = await sessions.authenticate(sessionCookie.read(context));
    if (!session) throw new AppError("login_required");
    const { user, memberships } = await admission.memberships(session);
    const answer: SessionAnswer = {
      sid: session.id,
      user: { id: user.id, name: user.name, email: user.email, picture: user.picture },
      accounts: memberships.filter(({ isClosed }) => !isClosed).map(({ id, name, role }) => ({ id, name, role })),
      provider: session.provider,
      started_at: session.createdAt.toISOString(),
      authenticated_at: session.authenticatedAt.toISOString(),
      idle_expires_at: session.idleExpiresAt.toISOString(),
      expires_at: session.expiresAt.toISOString(),
    };
    context.header("Cache-Control", "no-store");
    return context.json(answer);
  });

  return routes;
}
