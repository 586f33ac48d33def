import { Hono } from "hono";
import type { HttpEnvironment } from "./context.ts";

/** One thing that must be right before this node should be asked; a sentence when it is not. */
export type ReadinessCheck = () => Promise<string | null>;

const checkTimeoutMs = 1_000;

/**
 * `/livez`: the process runs. `/readyz`: it can serve; 503 with the reasons when it cannot, and while it is stopping, so
 * that a balancer sends people elsewhere first.
 */
export function createHealthRoutes(checks: Readonly<Record<string, ReadinessCheck>>) {
  const routes = new Hono<HttpEnvironment>();
  routes.get("/livez", (context) => context.json({ status: "ok" }));
  routes.get("/readyz", async (context) => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, (await bounded(check)) ?? "ok"] as const),
    );
    const isReady = results.every(([, result]) => result === "ok");
    context.header("Cache-Control", "no-store");
    if (!isReady) context.header("Retry-After", "2");
    return context.json(
      { status: isReady ? "ok" : "not ready", checks: Object.fromEntries(results) },
      isReady ? 200 : 503,
    );
  });
  return routes;
}

async function bounded(check: ReadinessCheck): Promise<string | null> {
  const timeout = AbortSignal.timeout(checkTimeoutMs);
  const late = new Promise<string>((resolve) => {
    timeout.addEventListener("abort", () => resolve(`no answer within ${checkTimeoutMs} ms`), { once: true });
  });
  // What exactly is wrong goes into the log; a health check may be asked by anyone.
  return Promise.race([check().catch(() => "failed"), late]);
}
