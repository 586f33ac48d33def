import { AuthError, type AuthErrorKind, transient } from "./auth-error.ts";
import type { Clock } from "./clock.ts";
import type { ClientEnv } from "./env.ts";
import type { Answer } from "./exchange.ts";
import { asObject, isText } from "./json-storage.ts";
import { parseRetryAfter } from "./retry-after.ts";
import type { RefreshAnswer } from "./wire.ts";

/** Reads an answer of `POST /refresh` or `POST /signin/redeem`. @throws AuthError for everything but tokens */
export type ReadTokens = (answer: Answer) => RefreshAnswer;

/**
 * Only a refusal in Holdfast's own words is a verdict; a page of a captive portal, a proxy's 403 or half an answer is
 * weather.
 */
export function createReadTokens({ wallNow }: Pick<ClientEnv, "wallNow">, clock: Clock): ReadTokens {
  return ({ status, headers, body, sent }) => {
    const { access_token, sid, generation, expires_in, server_time_ms, error, reason, ...refusal } = asObject(body);
    clock.learn(server_time_ms, sent);
    const isWhole = isText(access_token) && isText(sid) && Number(generation) >= 0 && Number(expires_in) > 0;
    if (status === 200 && isWhole) return body as RefreshAnswer;

    // A date is the server's, and is read by its clock.
    const now = clock.serverNow() ?? (Date.parse(headers.get("date") ?? "") || wallNow());
    const retryAfterMs = parseRetryAfter(headers.get("retry-after"), now);
    const details = { status, retryAfterMs, requestId: refusal.request_id as string | undefined };
    if (isText(error) && isText(reason) && refusal.retryable === false) {
      const code = error === "invalid_client" ? error : reason;
      throw new AuthError(code, `${refusal.error_description}`, { kind: kindOf(reason), ...details });
    }
    throw transient(
      reason === "refresh_superseded" ? reason : weather(status),
      `Holdfast answered ${status}.`,
      details,
    );
  };
}

/**
 * Which verdicts end a session, and which need the person. Another that a later server may invent is the developer's, and
 * the session is kept: better a client that asks in vain.
 */
function kindOf(reason: string): AuthErrorKind {
  if (/^(session_|signed_out|reuse_|user_|account_closed|refresh_token_)/.test(reason)) return "terminal";
  if (reason === "login_required") return "no_session";
  return /^(account_|step_up_)/.test(reason) ? "interaction" : "developer";
}

function weather(status: number): string {
  if (status === 429) return "rate_limited";
  return status >= 500 || status === 408 ? "server_error" : "malformed_response";
}
