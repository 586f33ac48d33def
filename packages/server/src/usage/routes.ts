import { Hono } from "hono";
import type { HttpEnvironment } from "../http/context.ts";
import { readJson } from "../http/parameters.ts";
import type { ServiceGuard } from "../services/index.ts";
import { parseUsageReport } from "./report.ts";
import type { Usage } from "./usage.ts";

// 10,000 counts of the longest names.
const maximumReport = 4 * 1_048_576;

export interface UsageRoutesDeps {
  readonly requireService: ServiceGuard;
  readonly usage: Usage;
}

/** `POST /usage`: a service says what it said of tokens. */
export function createUsageRoutes({ requireService, usage }: UsageRoutesDeps) {
  const routes = new Hono<HttpEnvironment>();

  routes.post("/usage", async (context) => {
    const service = await requireService(context, "report");
    await usage.record(service.id, parseUsageReport(await readJson(context, maximumReport)));
    return context.body(null, 204);
  });

  return routes;
}
