import { Hono } from "hono";
import type { HttpContext, HttpEnvironment } from "../http/context.ts";
import { invalid, readJson, readQuery } from "../http/parameters.ts";
import type { ServiceGuard } from "../services/index.ts";
import { toConfiguration } from "./configuration.ts";
import { parsePollRequest } from "./poll-request.ts";
import type { Signals } from "./signals.ts";
import type { Stream } from "./stream.ts";
import {
  parseChangeRequest,
  parseCreateRequest,
  parseStatusRequest,
  parseVerificationRequest,
} from "./stream-request.ts";

// Ten thousand acknowledgements.
const longestPoll = 1_048_576;

export interface SignalRoutesDeps {
  readonly issuer: string;
  readonly requireService: ServiceGuard;
  readonly signals: Signals;
}

/**
 * Streams of security event tokens, for services that may receive signals (SSF 1.0, section 8.1):
 * `/signals/streams` to make, read, change, replace and remove one, `/signals/status`, `/signals/verify`, and
 * `/signals/poll/:stream` to fetch (RFC 8936).
 */
export function createSignalRoutes({ issuer, requireService, signals }: SignalRoutesDeps) {
  const { streams, polling } = signals;
  const routes = new Hono<HttpEnvironment>();
  const serviceOf = (context: HttpContext) => requireService(context, "signals");
  const toBody = (stream: Stream) => toConfiguration(issuer, stream);

  routes.post("/signals/streams", async (context) => {
    const service = await serviceOf(context);
    return context.json(toBody(await streams.create(service, parseCreateRequest(await readJson(context)))), 201);
  });
  routes.get("/signals/streams", async (context) => {
    const service = await serviceOf(context);
    const id = readQuery(context).get("stream_id");
    if (id === undefined) return context.json((await streams.list(service)).map(toBody));
    return context.json(toBody(await streams.find(service, id)));
  });
  routes.patch("/signals/streams", async (context) => {
    const service = await serviceOf(context);
    return context.json(toBody(await streams.update(service, parseChangeRequest(await readJson(context)))));
  });
  routes.put("/signals/streams", async (context) => {
    const service = await serviceOf(context);
    return context.json(toBody(await streams.replace(service, parseChangeRequest(await readJson(context)))));
  });
  routes.delete("/signals/streams", async (context) => {
    const service = await serviceOf(context);
    await streams.remove(service, readStreamId(context));
    return context.body(null, 204);
  });

  routes.get("/signals/status", async (context) => {
    const service = await serviceOf(context);
    return context.json(toStatus(await streams.find(service, readStreamId(context))));
  });
  routes.post("/signals/status", async (context) => {
    const service = await serviceOf(context);
    return context.json(toStatus(await streams.setStatus(service, parseStatusRequest(await readJson(context)))));
  });
  routes.post("/signals/verify", async (context) => {
    const service = await serviceOf(context);
    await streams.verify(service, parseVerificationRequest(await readJson(context)));
    return context.body(null, 204);
  });

  routes.post("/signals/poll/:stream", async (context) => {
    const service = await serviceOf(context);
    const stream = await streams.findPolled(service, context.req.param("stream"));
    const request = parsePollRequest(await readJson(context, longestPoll));
    return context.json(await polling.answer(stream, request, context.req.raw.signal));
  });
  return routes;
}

/** @throws AppError `invalid_request` */
function readStreamId(context: HttpContext): string {
  const id = readQuery(context).get("stream_id");
  if (!id) throw invalid("stream_id", "is missing");
  return id;
}

function toStatus({ id, status, statusReason }: Stream) {
  return { stream_id: id, status, ...(statusReason === null ? {} : { reason: statusReason }) };
}
