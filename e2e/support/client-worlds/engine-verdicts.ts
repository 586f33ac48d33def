import type { Milliseconds } from "../../../packages/client/src/env.ts";
import type { RefreshRecord } from "../../../packages/client/src/testing/refresh-history.ts";
import type { TestInstance } from "../../../packages/server/src/testing/instance.ts";

interface LogLine {
  readonly session_id: string;
  readonly data: {
    readonly verdict: RefreshRecord["verdict"];
    readonly presented: number | null;
    readonly generation: number | null;
  };
}

const statement = `
  select session_id, data from events
  where request_id = $1 and data ? 'verdict' and (type like 'session.%' or type = 'token.refused')`;

/**
 * What the engine decided about a refresh, as its own lifecycle log has it; what was not judged is in the answer alone. Null
 * for a request that is only asked for a nonce (RFC 9449, section 8).
 */
export async function readVerdict(
  instance: TestInstance,
  request: Request,
  response: Response,
  at: Milliseconds,
): Promise<RefreshRecord | null> {
  const body: { readonly reason?: string; readonly generation?: number } = await response.clone().json();
  if (body.reason === "dpop_nonce_required") return null;
  const [line] = await instance.sql<LogLine & Record<string, unknown>>(statement, [
    response.headers.get("x-request-id"),
  ]);
  return {
    at,
    key: request.headers.get("idempotency-key"),
    verdict: line?.data.verdict ?? unjudged(body.reason),
    sid: line?.session_id ?? null,
    presented: line?.data.presented ?? null,
    // The log has the one in force before.
    generation: body.generation ?? line?.data.generation ?? null,
  };
}

function unjudged(reason: string | undefined): RefreshRecord["verdict"] {
  switch (reason) {
    case "login_required":
    case "deadline_passed":
      return reason;
    case "refresh_token_malformed":
      return "malformed";
    case "session_unknown":
      return "unknown";
    default:
      throw new Error(`a refresh that nobody judged: ${reason}`);
  }
}
