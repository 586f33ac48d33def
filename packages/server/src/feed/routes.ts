import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import type { HttpEnvironment } from "../http/context.ts";
import { networkOf } from "../http/network.ts";
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
  routes.get("/feed", async (context) => {
    // Nobody would ever read that stream, nor end it.
    if (context.req.method === "HEAD") return context.body(null, 200, headers);
    const lastEventId = context.req.header("last-event-id") ?? context.req.query("cursor") ?? null;
    const network = networkOf(context.get("source").address ?? "");
    // Absent where something else than our own server hands us requests.
    const { outgoing } = (context.env ?? {}) as Partial<HttpBindings>;
    const disconnect = () => outgoing?.destroy();
    return context.body(await feed.follow({ lastEventId, network, disconnect }), 200, headers);
  });
  return routes;
}
