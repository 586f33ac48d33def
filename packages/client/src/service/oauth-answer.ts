import { AuthError } from "../auth-error.ts";
import type { Milliseconds } from "../env.ts";
import { parseRetryAfter } from "../retry-after.ts";
import { foreignText } from "./foreign-text.ts";
import type { HttpAnswer } from "./http-exchange.ts";

/** What a token endpoint grants (RFC 6749, section 5.1), and what Holdfast says beside it. */
export interface TokenGrant {
  readonly accessToken: string;
  readonly lifetimeMs: Milliseconds;
  /** Null where none came: the one in hand stays good. */
  readonly refreshToken: string | null;
  readonly sid: string | null;
}

/** A refusal in OAuth's words (RFC 6749, section 5.2). */
export interface Refusal {
  readonly error: string;
  /** A code of Holdfast's catalogue; null from other servers. */
  readonly reason: string | null;
  /** What to throw where nobody has a better use for it. */
  readonly trouble: AuthError;
}

/** `expires_in` is only recommended (RFC 6749, section 5.1); a 401 puts right what is wrong with this guess. */
const unsaidLifetimeMs = 300_000;

const byWhomeverRunsTheApp: Readonly<Record<string, "invalid_client" | "config_error">> = {
  invalid_client: "invalid_client",
  unauthorized_client: "invalid_client",
  invalid_request: "config_error",
  invalid_scope: "config_error",
  invalid_target: "config_error",
  unsupported_grant_type: "config_error",
};

/** What else a token endpoint may answer with by the book; whatever is not there was made up by somebody in between. */
const others = [
  "invalid_grant",
  "authorization_pending",
  "slow_down",
  "access_denied",
  "expired_token",
  "login_required",
];

/**
 * Reads a grant, or tells why there is none.
 *
 * @throws AuthError `malformed_response`, for a 200 that is no grant
 */
export function readTokenAnswer(answer: HttpAnswer, secrets: readonly string[]): TokenGrant | Refusal {
  return answer.status === 200 ? readGrant(answer.json) : readRefusal(answer, secrets);
}

export function isGrant(read: TokenGrant | Refusal): read is TokenGrant {
  return "accessToken" in read;
}

/**
 * Reads a token endpoint's good answer.
 *
 * @throws AuthError `malformed_response`; `config_error` for tokens that are no bearer tokens
 */
export function readGrant(json: object | null): TokenGrant {
  const {
    access_token: accessToken,
    token_type,
    expires_in,
    refresh_token,
    sid,
  } = (json ?? {}) as Partial<Record<string, unknown>>;
  // Anything but visible ASCII cannot be sent in a header (RFC 6750, section 2.1).
  if (typeof accessToken !== "string" || !/^[\x21-\x7e]+$/.test(accessToken)) throw malformed(200);
  if (String(token_type).toLowerCase() !== "bearer") {
    const message = "The server grants another type of token than Bearer.";
    throw new AuthError("config_error", message, { kind: "developer", status: 200 });
  }
  // Some servers write the number as a string.
  const expiresIn = expires_in === undefined ? unsaidLifetimeMs / 1_000 : Number(expires_in);
  if (!(expiresIn > 0 && Number.isFinite(expiresIn))) throw malformed(200);
  return {
    accessToken,
    lifetimeMs: expiresIn * 1_000,
    refreshToken: textOf(refresh_token),
    sid: textOf(sid),
  };
}

function readRefusal(answer: HttpAnswer, secrets: readonly string[]): Refusal {
  const { status, json, headers } = answer;
  const error = json?.error;
  const details = { status, requestId: textOf(json?.request_id) ?? undefined };
  if (status === 429 || status === 408 || status >= 500) throw weather(answer, details);
  const isJson = /^application\/(?:[\w.-]+\+)?json\b/i.test(headers.get("content-type") ?? "");
  if (!json || !isJson || typeof error !== "string" || status < 400) throw malformed(status);
  if (json.retryable === true || error === "temporarily_unavailable" || error === "server_error") {
    throw weather(answer, details);
  }
  const code = byWhomeverRunsTheApp[error];
  const said = foreignText(json.error_description, secrets);
  if (code === undefined && !others.includes(error)) {
    throw malformed(status, `${foreignText(error, secrets)}${said === "" ? "" : `, ${said}`}`);
  }
  const message = `The server refused: ${error}${said === "" ? "" : ` (${said})`}.`;
  const kind = code === undefined ? "interaction" : "developer";
  return {
    error,
    reason: textOf(json.reason),
    trouble: new AuthError(code ?? error, message, { ...details, kind }),
  };
}

/** Trouble of the server's own: it passes. */
export function weather(
  { status, headers, json, receivedAt }: HttpAnswer,
  details: { requestId?: string | undefined } = {},
): AuthError {
  const isLimit = status === 429;
  const message = isLimit ? "The server asks to wait." : `The server has trouble of its own (status ${status}).`;
  const retryAfterMs = parseRetryAfter(headers.get("retry-after"), serverTimeOf(json) ?? receivedAt.wall);
  return new AuthError(isLimit ? "rate_limited" : "server_error", message, {
    ...details,
    kind: "transient",
    status,
    retryAfterMs,
  });
}

/**
 * Somebody in between has answered: a captive portal, a proxy.
 *
 * @param said what they said, where that is fit for a message
 */
export function malformed(status: number, said?: string): AuthError {
  const message = `The answer is none that the server would give (status ${status}${said ? `: ${said}` : ""}).`;
  return new AuthError("malformed_response", message, { kind: "transient", status });
}

/** The server's clock as it answered: milliseconds since the epoch; null from those that do not say. */
export function serverTimeOf(json: HttpAnswer["json"]): Milliseconds | null {
  return numberOf(json?.server_time_ms);
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
