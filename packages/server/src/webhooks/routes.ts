import { Hono } from "hono";
import { z } from "zod";
import { catalogueVersion, eventCatalogue } from "../events/index.ts";
import { AppError } from "../http/app-error.ts";
import type { HttpContext, HttpEnvironment } from "../http/context.ts";

/** `GET /webhooks/events`: every event and the JSON Schema of its `data`; `GET /webhooks/events/:type`: one schema. */
export function createWebhookRoutes(issuer: string) {
  const schemas = new Map(Object.entries(eventCatalogue).map(([type, event]) => [type, toSchema(issuer, type, event)]));
  const catalogue = {
    version: catalogueVersion,
    events: Object.entries(eventCatalogue).map(([type, { summary }]) => ({
      type,
      summary,
      schema: schemas.get(type),
    })),
  };
  const routes = new Hono<HttpEnvironment>();
  routes.get("/webhooks/events", (context) => {
    allowEveryone(context);
    return context.json(catalogue);
  });
  routes.get("/webhooks/events/:type", (context) => {
    const schema = schemas.get(context.req.param("type"));
    if (!schema) throw new AppError("not_found", "There is no event of this type.");
    allowEveryone(context);
    return context.body(JSON.stringify(schema), 200, { "Content-Type": "application/schema+json" });
  });
  return routes;
}

function toSchema(issuer: string, type: string, { summary, data }: (typeof eventCatalogue)["webhook.test"]) {
  // What a later Holdfast adds is to be taken by those who know this schema.
  const { $schema, ...schema } = z.toJSONSchema(data, { io: "input" });
  return { $schema, $id: `${issuer}/webhooks/events/${type}`, title: type, description: summary, ...schema };
}

/** The same for everybody, until the next version. */
function allowEveryone(context: HttpContext): void {
  context.header("Access-Control-Allow-Origin", "*");
  context.header("Cache-Control", "public, max-age=3600");
}
