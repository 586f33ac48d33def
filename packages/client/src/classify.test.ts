import { describe, expect, it } from "vitest";
import type { AuthError } from "./auth-error.ts";
import { createReadTokens } from "./classify.ts";
import { createClock } from "./clock.ts";

const wall = Date.UTC(2027, 0, 1, 12);

function read(status: number, body: unknown, headers: Record<string, string> = {}) {
  const clock = createClock({ wallNow: () => wall, monotonicNow: () => 0 });
  return createReadTokens(
    { wallNow: () => wall },
    clock,
  )({
    status,
    body,
    headers: new Headers(headers),
    sent: clock.now(),
  });
}

function errorOf(...answer: Parameters<typeof read>): AuthError {
  try {
    read(...answer);
  } catch (error) {
    return error as AuthError;
  }
  throw new Error("There was no error.");
}

const tokens = { access_token: "a.b.c", sid: "s1", generation: 1, expires_in: 900, token_type: "Bearer" };
const refusal = (reason: string, more: object = {}) => ({
  error: "invalid_grant",
  error_description: "In words.",
  reason,
  retryable: false,
  request_id: "req_1",
  ...more,
});

it("takes tokens for tokens", () => {
  expect(read(200, tokens)).toBe(tokens);
});

describe("a verdict", () => {
  it.each([
    "refresh_token_malformed",
    "session_unknown",
    "session_revoked",
    "session_expired",
    "signed_out",
    "reuse_detected",
    "user_disabled",
    "account_closed",
  ])("ends the session: %s", (reason) => {
    expect(errorOf(400, refusal(reason))).toMatchObject({
      code: reason,
      kind: "terminal",
      status: 400,
      requestId: "req_1",
      message: "In words.",
    });
  });

  it.each([
    ["login_required", 401, "no_session"],
    ["account_forbidden", 403, "interaction"],
    ["step_up_required", 403, "interaction"],
    ["origin_not_allowed", 403, "developer"],
    ["invalid_request", 400, "developer"],
    ["dpop_key_mismatch", 400, "developer"],
    ["a_code_of_next_year", 400, "developer"],
  ])("does not: %s", (reason, status, kind) => {
    expect(errorOf(status, refusal(reason))).toMatchObject({ code: reason, kind });
  });

  it.each(["client_unknown", "client_mismatch", "client_authentication_failed"])(
    "about the client is invalid_client: %s",
    (reason) => {
      const body = refusal(reason, { error: "invalid_client" });
      expect(errorOf(401, body)).toMatchObject({ code: "invalid_client", kind: "developer" });
    },
  );
});

describe("everything else is weather", () => {
  it.each<[string, number, unknown, string]>([
    ["a captive portal's page", 200, undefined, "malformed_response"],
    ["a captive portal's JSON", 200, { login: "here" }, "malformed_response"],
    ["a 200 without a token", 200, { ...tokens, access_token: "" }, "malformed_response"],
    ["a 200 without a session", 200, { ...tokens, sid: undefined }, "malformed_response"],
    ["a 200 without a generation", 200, { ...tokens, generation: undefined }, "malformed_response"],
    ["a token that has no life", 200, { ...tokens, expires_in: 0 }, "malformed_response"],
    ["a token whose life is no number", 200, { ...tokens, expires_in: "soon" }, "malformed_response"],
    ["JSON that is no object", 200, "tokens", "malformed_response"],
    ["null", 200, null, "malformed_response"],
    ["tokens with another status", 201, tokens, "malformed_response"],
    ["nothing", 204, undefined, "malformed_response"],
    ["a proxy's 401", 401, undefined, "malformed_response"],
    ["a proxy's 403", 403, undefined, "malformed_response"],
    ["another provider's invalid_grant", 400, { error: "invalid_grant" }, "malformed_response"],
    [
      "a refusal that does not say it is final",
      400,
      { ...refusal("session_revoked"), retryable: null },
      "malformed_response",
    ],
    ["a refusal that says it is not", 400, { ...refusal("session_revoked"), retryable: true }, "malformed_response"],
    ["408", 408, undefined, "server_error"],
    ["429", 429, undefined, "rate_limited"],
    ["our own 503", 503, { ...refusal("temporarily_unavailable"), retryable: true }, "server_error"],
    ["a late attempt", 503, { ...refusal("deadline_passed"), retryable: true }, "server_error"],
    ["a proxy's 502", 502, undefined, "server_error"],
    ["a status of tomorrow", 599, undefined, "server_error"],
    ["another tab's switch", 409, { ...refusal("refresh_superseded"), retryable: true }, "refresh_superseded"],
  ])("%s", (_what, status, body, code) => {
    expect(errorOf(status, body)).toMatchObject({ code, kind: "transient", status });
  });
});

describe("Retry-After as a date is read by the server's clock", () => {
  const header = { "retry-after": "Fri, 01 Jan 2027 14:02:00 GMT" };
  const later = Date.UTC(2027, 0, 1, 14);

  it("that the answer tells", () => {
    const body = { ...refusal("rate_limited"), retryable: true, server_time_ms: later };
    expect(errorOf(429, body, header).retryAfterMs).toBe(120_000);
  });

  it("that a proxy's Date tells", () => {
    const date = new Date(later).toUTCString();
    expect(errorOf(429, undefined, { ...header, date }).retryAfterMs).toBe(120_000);
  });

  it("and by ours where there is none, within five minutes", () => {
    expect(errorOf(429, undefined, header).retryAfterMs).toBe(300_000);
  });
});
