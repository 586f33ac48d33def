import { Hono } from "hono";
import type { MetricsReport } from "../metrics/aggregate.ts";

/** The operator's port: metrics for Prometheus. Not for the public, and so on an address of its own. */
export function createManagementApp(metrics: MetricsReport): Hono {
  const app = new Hono();
  app.get("/metrics", async (context) =>
    context.body(await metrics.text(), 200, { "Content-Type": metrics.contentType }),
  );
  app.get("/livez", (context) => context.json({ status: "ok" }));
  return app;
}
