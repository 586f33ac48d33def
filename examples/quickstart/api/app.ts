/**
 * The API: what a service that trusts Holdfast's tokens looks like. It never asks Holdfast about a token. It checks the
 * signature with keys it has cached, and follows the feed, so that it refuses an ended session within a second.
 */
import type { Verifier } from "@holdfast/verify";
import { holdfast } from "@holdfast/verify/hono";
import { Hono } from "hono";
import { cors } from "hono/cors";

export interface ApiDeps {
  readonly verifier: Verifier;
  /** The one origin whose pages may call this API from a browser. */
  readonly webOrigin: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export function createApi({ verifier, webOrigin, now }: ApiDeps) {
  const app = new Hono();
  app.use(
    cors({
      origin: [webOrigin],
      allowMethods: ["GET"],
      allowHeaders: ["Authorization"],
      // Without this the page's script could not read why it was refused.
      exposeHeaders: ["WWW-Authenticate", "X-Request-Id", "Retry-After"],
      maxAge: 600,
    }),
  );
  app.use(async (c, next) => {
    await next();
    c.header("Cache-Control", "no-store");
    // A refusal brings the id that its body names.
    if (!c.res.headers.has("X-Request-Id")) c.header("X-Request-Id", crypto.randomUUID());
  });

  // One line guards a route. Refusals are answered by the middleware: problem details and `WWW-Authenticate`.
  app.get("/hello", holdfast(verifier), (c) => {
    const { sub, account, role, jti, exp } = c.get("claims");
    return c.json({
      message: "Hello! Your token is good.",
      you: { sub, account, role },
      token: { jti, expires_at: new Date(exp * 1000).toISOString() },
      served_at: new Date(now()).toISOString(),
    });
  });

  app.get("/status", (c) => c.json(verifier.status()));
  return app;
}
