import type { ErrorCode, RefreshRefusal } from "@holdfast/protocol";
import type { ErrorHandler } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Clock } from "../clock/clock.ts";
import type { AppError } from "../http/app-error.ts";
import type { HttpContext, HttpEnvironment } from "../http/context.ts";
import { errorPage, logError, setRetryAfter, toAppError } from "../http/error-answer.ts";

/** What OAuth calls an error, and with which status (RFC 6749, section 5.2). */
interface OAuthError {
  readonly error: string;
  readonly status: ContentfulStatusCode;
}

const invalidGrant: OAuthError = { error: "invalid_grant", status: 400 };

/** RFC 9449, section 5. */
const invalidProof: OAuthError = { error: "invalid_dpop_proof", status: 400 };

const byCode: Partial<Record<ErrorCode, OAuthError>> = {
  refresh_token_malformed: invalidGrant,
  session_unknown: invalidGrant,
  session_revoked: invalidGrant,
  session_expired: invalidGrant,
  signed_out: invalidGrant,
  reuse_detected: invalidGrant,
  user_disabled: invalidGrant,
  account_closed: invalidGrant,
  client_mismatch: invalidGrant,
  signin_code_invalid: invalidGrant,
  // Not an `invalid_grant`: the grant is as good as before.
  account_forbidden: { error: "account_forbidden", status: 403 },
  refresh_superseded: { error: "refresh_superseded", status: 409 },
  dpop_proof_missing: invalidProof,
  dpop_proof_invalid: invalidProof,
  dpop_proof_replayed: invalidProof,
  dpop_key_mismatch: invalidProof,
  dpop_nonce_required: { error: "use_dpop_nonce", status: 400 },
  client_authentication_failed: { error: "invalid_client", status: 401 },
  client_unknown: { error: "invalid_client", status: 401 },
  login_required: { error: "login_required", status: 401 },
  service_authentication_failed: { error: "invalid_client", status: 401 },
  service_forbidden: { error: "unauthorized_client", status: 403 },
  unsupported_token_type: { error: "unsupported_token_type", status: 400 },
  unsupported_grant_type: { error: "unsupported_grant_type", status: 400 },
};

/** Writes an error as OAuth's token endpoint does, with what lets a client tell weather from a verdict beside it. */
function answerRefusal(context: HttpContext, issuer: string, error: AppError, clock: Clock | undefined): Response {
  const { error: name, status } = toOAuthError(error);
  const body: RefreshRefusal = {
    error: name,
    error_description: error.detail.replaceAll(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, "'"),
    error_uri: errorPage(issuer, error.code),
    reason: error.code,
    retryable: error.retryable,
    request_id: context.get("source").requestId,
    ...(clock ? { server_time_ms: clock.now() } : {}),
  };
  setRetryAfter(context, error);
  context.header("Cache-Control", "no-store");
  // Only to who came with the header (RFC 6749, section 5.2): a page's request would open the browser's password prompt.
  if (name === "invalid_client" && context.req.header("authorization") !== undefined) {
    context.header("WWW-Authenticate", `Basic realm="${issuer}"`);
  }
  return context.json(body, status);
}

function toOAuthError({ code, status }: AppError): OAuthError {
  if (status >= 500) return { error: "temporarily_unavailable", status: 503 };
  return byCode[code] ?? { error: "invalid_request", status: status as ContentfulStatusCode };
}

/** The error writer of routes that speak OAuth. With a clock each refusal tells the server's time. */
export function oauthErrors(issuer: string, clock?: Clock): ErrorHandler<HttpEnvironment> {
  return (thrown, context) => {
    const error = toAppError(thrown);
    logError(context, error);
    return answerRefusal(context, issuer, error, clock);
  };
}
