// @ts-check
/**
 * What an answer to `POST /refresh` means. This is where honest people get logged out elsewhere, so it is strict: a
 * session ends on a well-formed refusal that says so, and on nothing else. A dead network, a proxy's 401, the hotel's
 * login page, an overloaded server: that is weather, and passes.
 */

/** The reasons that end a session for good. `client_mismatch` and the like do not: that is the developer's to fix. */
const endings = new Set([
  "login_required",
  "signed_out",
  "session_unknown",
  "session_revoked",
  "session_expired",
  "reuse_detected",
  "user_disabled",
  "account_closed",
  "refresh_token_malformed",
]);

/**
 * @typedef {{ kind: "refreshed", jwt: string, sid: string, generation: number, lifetimeMs: number }} Refreshed
 * @typedef {{ kind: "refused", reason: string, detail: string }} Refused the session is over
 * @typedef {{ kind: "misconfigured", code: string, detail: string }} Misconfigured the session stands, but asking again is no use
 * @typedef {{ kind: "trouble", code: string, retryAfterMs?: number | undefined }} Trouble nothing was decided; try again
 * @typedef {Refreshed | Refused | Misconfigured | Trouble} RefreshOutcome
 */

/**
 * @param {{ readonly status: number, readonly retryAfter: string | null, readonly body: unknown }} answer body is the
 *   parsed JSON, or undefined when it was none
 * @returns {RefreshOutcome}
 */
export function classifyRefresh({ status, retryAfter, body }) {
  const json = /** @type {Record<string, unknown>} */ (typeof body === "object" && body !== null ? body : {});
  if (status === 200) return readSuccess(json);
  if (json.retryable === false && status >= 400 && status < 500) return readRefusal(json);

  if (status === 429) return { kind: "trouble", code: "rate_limited", retryAfterMs: readRetryAfter(retryAfter) };
  if (status === 408 || status >= 500) {
    return { kind: "trouble", code: "server_error", retryAfterMs: readRetryAfter(retryAfter) };
  }
  return { kind: "trouble", code: "malformed_response" };
}

/**
 * @param {Record<string, unknown>} json
 * @returns {RefreshOutcome}
 */
function readSuccess({ access_token, expires_in, sid, generation }) {
  if (typeof access_token !== "string" || typeof sid !== "string")
    return { kind: "trouble", code: "malformed_response" };
  if (typeof expires_in !== "number" || typeof generation !== "number") {
    return { kind: "trouble", code: "malformed_response" };
  }
  return { kind: "refreshed", jwt: access_token, sid, generation, lifetimeMs: expires_in * 1000 };
}

/**
 * @param {Record<string, unknown>} json an OAuth error with a `reason`, or problem details with a `code`
 * @returns {RefreshOutcome}
 */
function readRefusal(json) {
  const code = String(json.reason ?? json.code ?? json.error ?? "unknown");
  const detail = String(json.error_description ?? json.detail ?? "");
  return endings.has(code) ? { kind: "refused", reason: code, detail } : { kind: "misconfigured", code, detail };
}

/**
 * Seconds only: a date would have to be compared with a clock that may be wrong.
 * @param {string | null} value
 */
function readRetryAfter(value) {
  const seconds = Number(value ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}
