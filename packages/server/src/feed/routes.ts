import { Hono } from "hono";
import type { HttpEnvironment } from "../http/context.ts";
import type { Feed } from "./feed.ts";

const headers = {
  "Content-Type": "text/event-stream; charset=utf-8",
  "Cache-Control": "no-store",
  // Proxies that gather answers would hold back the news.
  "X-Accel-Buffering": "no",
  // Digests only: any page may read them.
  "Access-Control-Allow-Origin": "*",
};

/** `GET /feed`: revocations as server-sent events. `Last-Event-ID`, or `?cursor=`, resumes. */
export function createFeedRoutes(feed: Feed) {
  const routes = new Hono<HttpEnvironment>();
  routes.get("/feed", (context) => {
    // Nobody would ever read that stream, nor end it.
    if (context.req.method === "HEAD") return context.body(null, 200, headers);
    const cursor = context.req.header("last-event-id") ?? context.req.query("cursor") ?? null;
    return context.body(feed.follow(cursor), 200, headers);
  });
  return routes;
}
