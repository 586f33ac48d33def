import { errorCatalogue } from "@holdfast/protocol";
import { expect, test } from "vitest";
import { TokenError, type TokenErrorCode } from "./token-error.ts";

const context = { issuer: "https://id.example.com", realm: "https://api.example.com" };
const tokenCodes = Object.entries(errorCatalogue)
  .filter(([, { area }]) => area === "token")
  .map(([code]) => code as TokenErrorCode);

test("says nothing is wrong with a token that was not sent", () => {
  expect(new TokenError("token_missing", undefined, context).wwwAuthenticate).toBe(
    'Bearer realm="https://api.example.com"',
  );
});

test("names the error, its description and its page", () => {
  expect(new TokenError("token_expired", "It expired 12 s ago.", context).wwwAuthenticate).toBe(
    'Bearer error="invalid_token", error_description="It expired 12 s ago.", error_uri="https://id.example.com/errors/token_expired"',
  );
});

test("names the scope that is needed", () => {
  const error = new TokenError("insufficient_scope", "Lacks b.", { ...context, scope: "a b" });
  expect(error.status).toBe(403);
  expect(error.wwwAuthenticate).toBe(
    'Bearer error="insufficient_scope", error_description="Lacks b.", error_uri="https://id.example.com/errors/insufficient_scope", scope="a b"',
  );
});

test("keeps one slash between the issuer and the page", () => {
  const error = new TokenError("token_revoked", undefined, { ...context, issuer: "https://id.example.com/tenant/" });
  expect(error.errorUri).toBe("https://id.example.com/tenant/errors/token_revoked");
});

test.each(['a"b', "a\\b", "a\r\nSet-Cookie: x=y", "a\u0000b", "aéb", "a😀b", "a\u007fb"])(
  "keeps %j within the quoted string (RFC 6750, section 3)",
  (detail) => {
    const header = new TokenError("token_malformed", detail, context).headers["www-authenticate"];
    expect(header).toMatch(
      /^Bearer error="invalid_token", error_description="[\x20-\x21\x23-\x5b\x5d-\x7e]+", error_uri="[^"]+"$/,
    );
  },
);

test.each(["keys_unavailable", "feed_lost"] as const)("%s is a 503 that says nothing about the token", (code) => {
  const { status, headers, retryable } = new TokenError(code, undefined, { ...context, retryAfterSeconds: 7 });
  expect({ status, retryable }).toEqual({ status: 503, retryable: true });
  expect(headers).toEqual({
    "cache-control": "no-store",
    "content-type": "application/problem+json",
    "retry-after": "7",
  });
});

test.each(tokenCodes)("%s is answered as problem details", async (code) => {
  const error = new TokenError(code, "Told so.", context);
  const response = error.toResponse();
  expect(response.status).toBe(errorCatalogue[code].status);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(await response.json()).toEqual({
    type: `https://id.example.com/errors/${code}`,
    title: errorCatalogue[code].title,
    status: errorCatalogue[code].status,
    detail: "Told so.",
    code,
    retryable: errorCatalogue[code].retryable,
    request_id: error.requestId,
  });
});

test("never sends the cause", async () => {
  const error = new TokenError("token_malformed", undefined, { ...context, cause: new Error("secret detail") });
  expect(await error.toResponse().text()).not.toContain("secret detail");
});

test("does not look for where it is made, which takes ten times as long as the rest; others do as before", () => {
  const limit = Error.stackTraceLimit;
  const refused = new TokenError("token_revoked", undefined, context);
  expect(refused.stack).not.toMatch(/\n\s+at /);
  expect(Error.stackTraceLimit).toBe(limit);
  expect(new Error("another").stack).toMatch(/\n\s+at /);
});

test("is made alike where the engine's settings are frozen", () => {
  const limit = Object.getOwnPropertyDescriptor(Error, "stackTraceLimit");
  Object.defineProperty(Error, "stackTraceLimit", { ...limit, writable: false });
  try {
    expect(new TokenError("token_revoked", undefined, context)).toMatchObject({ code: "token_revoked", status: 401 });
  } finally {
    Object.defineProperty(Error, "stackTraceLimit", { ...limit, writable: true });
  }
});
