import type { RevocationAnswer } from "@holdfast/protocol";
import { Hono } from "hono";
import type { HttpEnvironment } from "../http/context.ts";
import { readFlatJson } from "../http/parameters.ts";
import type { ServiceGuard } from "../services/index.ts";
import { parseRevocation } from "./request.ts";
import type { Revocation } from "./revocation.ts";

export interface RevocationRoutesDeps {
  readonly requireService: ServiceGuard;
  readonly revocation: Revocation;
}

/** `POST /revocations`: ends a session, a grant, or all of a user, an account or a client; for services that may. */
export function createRevocationRoutes({ requireService, revocation }: RevocationRoutesDeps) {
  const routes = new Hono<HttpEnvironment>();

  routes.post("/revocations", async (context) => {
    const service = await requireService(context, "revoke");
    const { target, reason } = parseRevocation(await readFlatJson(context));
    const { requestId } = context.get("source");
    const revoked = await revocation.end(target, reason, { requestId, service: service.id });
    context
      .get("logger")()
      .info({ service: service.id, ...target, reason, revoked }, "ended on request");
    context.header("Cache-Control", "no-store");
    const answer: RevocationAnswer = { revoked };
    return context.json(answer);
  });

  return routes;
}
