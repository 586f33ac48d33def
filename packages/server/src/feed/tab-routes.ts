import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { AppError } from "../http/app-error.ts";
import type { HttpContext, HttpEnvironment } from "../http/context.ts";
import { allowClientOrigins, type OriginRules } from "../http/origin-guard.ts";
import { readQuery } from "../http/parameters.ts";
import type { Feed } from "./feed.ts";
import { createTabAccess, type TabAccessDeps } from "./tab-access.ts";

const streamHeaders = {
  "Cache-Control": "no-store",
  "Content-Type": "text/event-stream; charset=utf-8",
  // Proxies that gather answers would hold back the news.
  "X-Accel-Buffering": "no",
};

export interface TabRoutesDeps extends TabAccessDeps {
  readonly feed: Feed;
  readonly origins: OriginRules;
}

/** `GET /session/events`: what happens to a tab's own session, as it happens. */
export function createTabRoutes({ feed, origins, ...deps }: TabRoutesDeps) {
  const { issuer } = deps;
  const access = createTabAccess(deps);
  const routes = new Hono<HttpEnvironment>();
  routes.use("/session/events", allowClientOrigins(origins, ["GET"]));

  routes.get("/session/events", async (context) => {
    const request = await challenged(context, issuer, () => access.read(context, readQuery(context)));
    // Nobody would ever read that stream, nor end it.
    if (context.req.method === "HEAD") return context.body(null, 200, streamHeaders);
    // Absent where something else than our own server hands us requests.
    const { outgoing } = (context.env ?? {}) as Partial<HttpBindings>;
    const open = () => feed.tabs.open({ ...request, wire: outgoing });
    return context.body(await challenged(context, issuer, open), 200, streamHeaders);
  });
  return routes;
}

/** Tells whoever came with a token that is not accepted what is wrong with it (RFC 6750, section 3). */
async function challenged<Result>(context: HttpContext, issuer: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith("token_")) {
      const description = error.detail.replaceAll(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, "'");
      context.header(
        "WWW-Authenticate",
        `Bearer realm="${issuer}", error="invalid_token", error_description="${description}"`,
      );
    }
    throw error;
  }
}
