import { Hono } from "hono";
import { AppError } from "../http/app-error.ts";
import type { HttpEnvironment } from "../http/context.ts";
import type { Cookie } from "../http/cookies.ts";
import { allowClientOrigins, type OriginRules } from "../http/origin-guard.ts";
import type { Sessions } from "../sessions/index.ts";
import type { Timeline } from "./timeline.ts";

export interface TimelineRoutesDeps {
  readonly origins: OriginRules;
  readonly sessions: Sessions;
  readonly sessionCookie: Cookie;
  readonly timeline: Timeline;
}

/** `GET /sessions/:sid/timeline`: what happened to a session, for the person it belongs to. */
export function createTimelineRoutes({ origins, sessions, sessionCookie, timeline }: TimelineRoutesDeps) {
  const routes = new Hono<HttpEnvironment>();
  routes.use("/sessions/:sid/timeline", allowClientOrigins(origins, ["GET"]));

  routes.get("/sessions/:sid/timeline", async (context) => {
    const viewer = await sessions.authenticate(sessionCookie.read(context));
    if (!viewer) throw new AppError("login_required");
    const answer = await timeline.explainOwn(viewer.userId, context.req.param("sid"));
    // Of another person's session nothing is told, not even that it exists.
    if (!answer) throw new AppError("not_found", "You have no session with this id.");
    context.header("Cache-Control", "no-store");
    return context.json(answer);
  });

  return routes;
}
