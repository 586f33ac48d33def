import { describe, expect, it } from "vitest";
import { readSettings } from "./settings.ts";
import { parseChallenge } from "./web/public/challenge.js";
import { classifyRefresh } from "./web/public/refresh-answer.js";
import { dueAgeMs, elapsedMs, isUsable, remainingMs, retryDelayMs, untilDueMs } from "./web/public/timing.js";
import { abbreviate, decodeToken } from "./web/public/token.js";

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("decodeToken", () => {
  it("reads header and claims, letters beyond ASCII included", () => {
    const decoded = decodeToken(`${encode({ alg: "ES256" })}.${encode({ sub: "Zoë ✓" })}.${"A".repeat(86)}`);
    expect(decoded?.header).toEqual({ alg: "ES256" });
    expect(decoded?.claims).toEqual({ sub: "Zoë ✓" });
    expect(decoded?.signatureBytes).toBe(64);
  });

  it.each([
    ["nothing", ""],
    ["two parts", "e30.e30"],
    ["four parts", "e30.e30.AA.AA"],
    ["a part that is not base64url", "e30.e3+0.AA"],
    ["a part that is not JSON", "e30.bm90IGpzb24.AA"],
    ["claims that are a list", "e30.W10.AA"],
    ["claims that are null", "e30.bnVsbA.AA"],
    ["claims that are not UTF-8", "e30.gICA.AA"],
  ])("finds nothing in %s", (_, jwt) => {
    expect(decodeToken(jwt)).toBeNull();
  });

  it("abbreviates to both ends, so that two tokens can be told apart", () => {
    expect(abbreviate(`${"a".repeat(20)}${"b".repeat(20)}`)).toBe("aaaaaaaaaaaa…bbbbbbbb");
    expect(abbreviate("short")).toBe("short");
  });
});

describe("timing", () => {
  const at = (wall: number, monotonic: number) => ({ wall, monotonic });
  const minute = 60_000;

  it.each([
    ["both clocks agree", at(1_000, 1_000), 1_000],
    ["the monotonic clock stopped while the computer slept", at(8_000, 10), 8_000],
    ["the wall clock was set back", at(-60_000, 1_000), 1_000],
    ["both went back, which cannot be", at(-5, -5), 0],
  ])("counts the longer of two clocks: %s", (_, to, expected) => {
    expect(elapsedMs(at(0, 0), to)).toBe(expected);
  });

  it.each([
    ["15 minutes: at 75 %", 15 * minute, 11.25 * minute],
    ["5 minutes: at 75 %", 5 * minute, 3.75 * minute],
    ["1 minute: at 75 %, a minute before would be at once", minute, 45_000],
  ])("makes a token due: %s", (_, lifetimeMs, due) => {
    expect(dueAgeMs(lifetimeMs)).toBe(due);
  });

  it("counts down to the refresh and to the end, and stops at zero", () => {
    const token = { receivedAt: at(0, 0), lifetimeMs: 15 * minute };
    expect(untilDueMs(token, at(10 * minute, 10 * minute))).toBe(1.25 * minute);
    expect(remainingMs(token, at(10 * minute, 10 * minute))).toBe(5 * minute);
    expect(untilDueMs(token, at(20 * minute, 0))).toBe(0);
    expect(remainingMs(token, at(20 * minute, 0))).toBe(0);
  });

  it("does not hand out a token in its last 10 seconds", () => {
    const token = { receivedAt: at(0, 0), lifetimeMs: minute };
    expect(isUsable(token, at(49_999, 49_999))).toBe(true);
    expect(isUsable(token, at(50_000, 50_000))).toBe(false);
  });

  it.each([
    ["the first failure", { attempt: 1 }, 500, 1_500],
    ["the third", { attempt: 3 }, 500, 4_500],
    ["the thirtieth", { attempt: 30 }, 500, 30_500],
    ["a server that names a time", { attempt: 1, retryAfterMs: 7_000 }, 7_000, 7_000],
    ["a server that says at once", { attempt: 1, retryAfterMs: 0 }, 1_000, 1_000],
    ["a server that says tomorrow", { attempt: 1, retryAfterMs: 86_400_000 }, 300_000, 300_000],
  ])("waits after %s", (_, failure, least, most) => {
    expect(retryDelayMs(failure, 0)).toBe(least);
    expect(retryDelayMs(failure, 1)).toBe(most);
  });
});

describe("classifyRefresh", () => {
  const answer = (status: number, body: unknown, retryAfter: string | null = null) =>
    classifyRefresh({ status, retryAfter, body });

  it("takes a complete answer", () => {
    const body = { access_token: "a.b.c", expires_in: 900, sid: "s1", generation: 4 };
    expect(answer(200, body)).toEqual({
      kind: "refreshed",
      jwt: "a.b.c",
      lifetimeMs: 900_000,
      sid: "s1",
      generation: 4,
    });
  });

  it.each([
    ["400", 400, "signed_out"],
    ["401", 401, "login_required"],
    ["403", 403, "user_disabled"],
  ])("ends the session on a refusal that says so: %s %s", (_, status, reason) => {
    const body = { error: "invalid_grant", error_description: "Over.", reason, retryable: false };
    expect(answer(status, body)).toEqual({ kind: "refused", reason, detail: "Over." });
  });

  it.each([
    ["a portal's page with status 200", 200, undefined, "malformed_response"],
    ["a 200 without a token", 200, { expires_in: 900 }, "malformed_response"],
    ["a 200 without a session", 200, { access_token: "a.b.c", expires_in: 900 }, "malformed_response"],
    ["a 200 that is null", 200, null, "malformed_response"],
    ["a proxy's 401", 401, undefined, "malformed_response"],
    ["a 400 of something else", 400, { error: "invalid_grant" }, "malformed_response"],
    ["a 403 that may be tried again", 403, { reason: "signed_out", retryable: true }, "malformed_response"],
    ["a 404", 404, undefined, "malformed_response"],
    ["a timed-out gateway", 408, undefined, "server_error"],
    ["a broken server", 500, { reason: "session_revoked", retryable: false }, "server_error"],
    ["a broken gateway", 502, undefined, "server_error"],
    ["an overloaded server", 503, { code: "temporarily_unavailable", retryable: true }, "server_error"],
  ])("takes for weather: %s", (_, status, body, code) => {
    expect(answer(status, body)).toMatchObject({ kind: "trouble", code });
  });

  it("keeps the session when the fault is the developer's", () => {
    expect(answer(403, { code: "origin_not_allowed", detail: "No.", retryable: false })).toEqual({
      kind: "misconfigured",
      code: "origin_not_allowed",
      detail: "No.",
    });
  });

  it.each([
    ["120", 120_000],
    ["Sat, 21 Nov 2026 00:00:00 GMT", undefined],
    [null, undefined],
  ])("reads Retry-After in seconds only: %s", (retryAfter, retryAfterMs) => {
    expect(answer(429, undefined, retryAfter)).toEqual({ kind: "trouble", code: "rate_limited", retryAfterMs });
  });
});

describe("parseChallenge", () => {
  it.each([
    ["Bearer", "Bearer", []],
    ['Bearer realm="api"', "Bearer", [["realm", "api"]]],
    [
      'Bearer error="invalid_token", error_description="Ended, by \\"sign-out\\".", max_age=5',
      "Bearer",
      [
        ["error", "invalid_token"],
        ["error_description", 'Ended, by "sign-out".'],
        ["max_age", "5"],
      ],
    ],
    ["", "", []],
  ])("reads %s", (header, scheme, parameters) => {
    expect(parseChallenge(header)).toEqual({ scheme, parameters });
  });
});

describe("readSettings", () => {
  it("has defaults for everything", () => {
    expect(readSettings({})).toEqual({
      issuer: "http://localhost:4000",
      webPort: 4002,
      apiPort: 4003,
      clientId: "quickstart",
      audience: "http://localhost:4003",
    });
  });

  it("names every problem at once", () => {
    const wrong = { HOLDFAST_ISSUER: "http://localhost:4000/", WEB_PORT: "http", API_PORT: "70000" };
    expect(() => readSettings(wrong)).toThrow(/HOLDFAST_ISSUER.*WEB_PORT.*API_PORT/s);
  });
});
