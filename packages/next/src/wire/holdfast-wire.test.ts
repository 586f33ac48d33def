import { describe, expect, it } from "vitest";
import {
  type Answerer,
  answered,
  createTestHoldfast,
  idOf,
  refused,
  sessionOf,
  startedAt,
  tokenAnswer,
} from "../../testing/test-holdfast.ts";

async function refreshWith(answerer: Answerer) {
  const holdfast = createTestHoldfast();
  holdfast.answer("/refresh", answerer);
  return holdfast.kit.wire.refresh(sessionOf(), null);
}

const html = (status: number) => () => new Response("<h1>Hello</h1>", { status });

describe("a refresh", () => {
  it("sends the token, the attempt's key, and a deadline once the time is known", async () => {
    const { kit, answer, asked } = createTestHoldfast();
    answer("/refresh", answered({ generation: 2 }));
    const session = sessionOf();
    expect(await kit.wire.refresh(session, null)).toMatchObject({ kind: "renewed", session: { generation: 2 } });
    await kit.wire.refresh(session, idOf(71));
    const [first, second] = asked;
    expect(Object.fromEntries(first?.form ?? [])).toEqual({
      client_id: "web",
      grant_type: "refresh_token",
      refresh_token: "hf_rt_1_1",
    });
    expect(first?.headers.get("idempotency-key")).toBe(session.attemptKey);
    expect(first?.headers.has("refresh-deadline")).toBe(false);
    expect(second?.headers.get("refresh-deadline")).toBe(String(startedAt + 10_000));
    expect(second?.headers.get("idempotency-key")).toBe(`${session.attemptKey}.${idOf(71)}`);
    expect(second?.form.get("account")).toBe(idOf(71));
  });

  it.each([
    ["session_revoked", "session_revoked"],
    ["session_expired", "session_expired"],
    ["session_unknown", "session_unknown"],
    ["refresh_token_malformed", "session_unknown"],
    ["reuse_detected", "reuse_detected"],
    ["user_disabled", "user_disabled"],
    ["account_closed", "account_closed"],
    ["signed_out", "signed_out"],
  ])("ends the session for %s", async (reason, end) => {
    expect(await refreshWith(refused(reason))).toEqual({ kind: "refused", reason: end });
  });

  it.each<[string, Answerer, string]>([
    ["a lost connection", () => Promise.reject(new TypeError("fetch failed")), "network_error"],
    ["a time-out", () => Promise.reject(new DOMException("late", "TimeoutError")), "request_timeout"],
    ["a 500", refused("internal_error", { status: 500 }), "server_error"],
    ["a 503 that calls itself final", refused("session_revoked", { status: 503, retryable: false }), "server_error"],
    ["a 408", html(408), "server_error"],
    ["a 429", html(429), "rate_limited"],
    ["a portal's 200", html(200), "malformed_response"],
    ["a proxy's 401", html(401), "malformed_response"],
    ["a proxy's 403", html(403), "malformed_response"],
    ["a 400 that may be tried again", refused("session_revoked", { retryable: true }), "malformed_response"],
    [
      "a 400 of another server's",
      () => Response.json({ error: "invalid_grant" }, { status: 400 }),
      "malformed_response",
    ],
    [
      "a redirect",
      () => new Response(null, { status: 302, headers: { location: "https://evil.example" } }),
      "malformed_response",
    ],
    ["half a JSON", () => new Response('{"access_token":"a.b', { status: 200 }), "malformed_response"],
    [
      "a 200 without a refresh token",
      () => Response.json({ ...tokenAnswer(), refresh_token: undefined }),
      "malformed_response",
    ],
    [
      "a 200 with a token that is none",
      () => Response.json({ ...tokenAnswer(), access_token: "x" }),
      "malformed_response",
    ],
    ["a 200 without a generation", () => Response.json({ ...tokenAnswer(), generation: null }), "malformed_response"],
    ["a body without end", () => new Response(`"${"x".repeat(70_000)}"`), "malformed_response"],
  ])("keeps the session for %s", async (_case, answerer, code) => {
    expect(await refreshWith(answerer)).toMatchObject({ kind: "trouble", code, isMistake: false });
  });

  it.each(["client_mismatch", "client_authentication_failed", "client_unknown", "login_required", "invented_later"])(
    "keeps the session for %s, which is the app's own mistake",
    async (reason) => {
      expect(await refreshWith(refused(reason))).toMatchObject({ kind: "trouble", code: reason, isMistake: true });
    },
  );

  it.each([
    ["7", 7_000],
    ["0", 1_000],
    ["86400", 300_000],
    ["Wed, 21 Oct 2026 07:28:00 GMT", null],
    ["-5", null],
    ["soon", null],
  ])("reads Retry-After: %s", async (text, retryAfterMs) => {
    const answerer = () => new Response("", { status: 429, headers: { "retry-after": text } });
    expect(await refreshWith(answerer)).toMatchObject({ kind: "trouble", retryAfterMs });
  });
});
