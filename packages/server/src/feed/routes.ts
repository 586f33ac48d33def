import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import type { Config } from "../config/index.ts";
import type { HttpContext, HttpEnvironment } from "../http/context.ts";
import { networkOf } from "../http/network.ts";
import { invalid, type Parameters, readQuery } from "../http/parameters.ts";
import type { ServiceGuard } from "../services/index.ts";
import type { Feed } from "./feed.ts";
import type { Caller } from "./places.ts";

const sharedHeaders = {
  "Cache-Control": "no-store",
  Vary: "Accept",
  // Digests only: any page may read them.
  "Access-Control-Allow-Origin": "*",
};
const streamHeaders = {
  ...sharedHeaders,
  "Content-Type": "text/event-stream; charset=utf-8",
  // Proxies that gather answers would hold back the news.
  "X-Accel-Buffering": "no",
};

const defaultWaitSeconds = 25;

export interface FeedRoutesDeps {
  readonly feed: Feed;
  readonly requireService: ServiceGuard;
  readonly config: Pick<Config, "feed">;
}

/**
 * `GET /feed`: news as server-sent events, or to whoever prefers JSON as one answer that waits for some. `Last-Event-ID`,
 * or `?cursor=`, resumes either.
 */
export function createFeedRoutes({ feed, requireService, config }: FeedRoutesDeps) {
  const routes = new Hono<HttpEnvironment>();

  /** Who proves to be a service is one; who does not is anybody, where anybody may follow. */
  async function callerOf(context: HttpContext): Promise<Caller> {
    const isAnonymous = config.feed.access === "public" && context.req.header("authorization") === undefined;
    const service = isAnonymous ? null : (await requireService(context, "follow")).id;
    return { service, network: networkOf(context.get("source").address ?? "") };
  }

  routes.get("/feed", async (context) => {
    const caller = await callerOf(context);
    const query = readQuery(context);
    const cursor = context.req.header("last-event-id") ?? query.get("cursor") ?? null;
    const isPoll = query.has("wait") || prefersJson(context);
    const waitMs = readWait(query) * 1000;
    // Nobody would ever read that stream, nor end it.
    if (context.req.method === "HEAD") return context.body(null, 200, isPoll ? sharedHeaders : streamHeaders);
    if (isPoll) {
      const { signal } = context.req.raw;
      return context.json(await feed.poll({ ...caller, cursor, waitMs, signal }), 200, sharedHeaders);
    }
    // Absent where something else than our own server hands us requests.
    const { outgoing } = (context.env ?? {}) as Partial<HttpBindings>;
    return context.body(await feed.follow({ ...caller, cursor, wire: outgoing }), 200, streamHeaders);
  });
  return routes;
}

function prefersJson(context: HttpContext): boolean {
  const accept = context.req.header("accept") ?? "";
  return /\bapplication\/json\b/i.test(accept) && !/\btext\/event-stream\b/i.test(accept);
}

/** Seconds. @throws AppError `invalid_request` */
function readWait(query: Parameters): number {
  const wait = query.get("wait");
  if (wait === undefined) return defaultWaitSeconds;
  if (!/^\d{1,2}$/.test(wait) || Number(wait) > 60)
    throw invalid("wait", "is not a whole number of seconds from 0 to 60");
  return Number(wait);
}
