import type { IncomingMessage, ServerResponse } from "node:http";
import { errorCatalogue, type RefreshRefusal } from "@holdfast/protocol";
import type { Clock } from "../clock/clock.ts";
import { uuidv7 } from "../crypto/uuid.ts";
import { errorPage } from "../http/error-answer.ts";
import type { OriginRules } from "../http/origin-guard.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Refresh } from "./refresh.ts";

export interface SheddingDeps {
  readonly issuer: string;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly origins: OriginRules;
  readonly refresh: Pick<Refresh, "fullFor">;
}

const code = "temporarily_unavailable";

/**
 * Turns refreshes away before they are read, while as many wait as may: the same answer as after the reading, at a third
 * of its price. In a storm it is what refusals cost that decides how many are served.
 */
export function createShedding({ issuer, clock, metrics, origins, refresh }: SheddingDeps) {
  const shed = metrics.counter(
    "holdfast_refreshes_shed_total",
    "Refreshes that were told when to come again, because as many waited as may.",
  );

  function refusal(): RefreshRefusal {
    const now = clock.now();
    return {
      error: code,
      error_description: errorCatalogue[code].title,
      error_uri: errorPage(issuer, code),
      reason: code,
      retryable: true,
      request_id: uuidv7(now),
      server_time_ms: now,
    };
  }

  return function shedRefresh(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.url !== "/refresh" || request.method !== "POST") return false;
    const retryAfter = refresh.fullFor();
    if (retryAfter === null) return false;
    shed.inc();
    // What was sent is let pass by, or the connection could carry nothing else.
    request.resume();
    const body = refusal();
    const text = JSON.stringify(body);
    const { origin } = request.headers;
    const isReadable = origin !== undefined && (origin === issuer || origins.isKnownOrigin(origin));
    response.writeHead(503, {
      "Content-Type": "application/json",
      "Content-Length": Buffer.byteLength(text),
      "Cache-Control": "no-store",
      "Retry-After": retryAfter,
      "X-Request-Id": body.request_id,
      "X-Content-Type-Options": "nosniff",
      Vary: "Origin",
      ...(isReadable
        ? {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Credentials": "true",
            "Access-Control-Expose-Headers": "X-Request-Id, Retry-After",
          }
        : {}),
    });
    response.end(text);
    return true;
  };
}
