import { type ErrorCode, errorCatalogue, type ProblemDetails, type RefreshRefusal } from "@holdfast/protocol";
import { type CookieWrite, formatSetCookie } from "../cookies/cookie-header.ts";

/** No cache may keep what is about one person. */
const forOnePerson = "private, no-store";

/** Makes the answers of one app: the issuer explains the codes, and cookies are as its address allows. */
export interface Answers {
  redirect(location: string, writes?: readonly CookieWrite[]): Response;
  json(body: unknown, status?: number): Response;
  /** Problem details (RFC 9457). */
  problem(code: ErrorCode, more?: { readonly retryInMs?: number | null }): Response;
  /** As Holdfast's own `/refresh` refuses. */
  refusal(code: ErrorCode, more?: { readonly retryInMs?: number | null }): Response;
  /** The answer with the cookies it must set. Only what sets some is kept from caches. */
  withCookies<T extends Response>(response: T, writes: readonly CookieWrite[]): T;
}

export function createAnswers({ issuer, isSecure }: { readonly issuer: string; readonly isSecure: boolean }): Answers {
  const base = issuer.replace(/\/$/, "");

  function withCookies<T extends Response>(response: T, writes: readonly CookieWrite[]): T {
    if (writes.length === 0) return response;
    for (const write of writes) response.headers.append("set-cookie", formatSetCookie(write, isSecure));
    response.headers.set("cache-control", forOnePerson);
    return response;
  }

  function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
    return new Response(JSON.stringify(body), {
      status,
      headers: { "content-type": "application/json", "cache-control": forOnePerson, ...headers },
    });
  }

  return {
    withCookies,
    json,
    redirect(location, writes = []) {
      const headers = { location, "cache-control": forOnePerson };
      return withCookies(new Response(null, { status: 303, headers }), writes);
    },
    problem(code, { retryInMs = null } = {}) {
      const { status, title, meaning, retryable } = errorCatalogue[code];
      const body: ProblemDetails = {
        type: `${base}/errors/${code}`,
        title,
        status,
        detail: meaning,
        code,
        retryable,
        request_id: crypto.randomUUID(),
      };
      return json(body, status, { "content-type": "application/problem+json", ...retryAfter(status, retryInMs) });
    },
    refusal(code, { retryInMs = null } = {}) {
      const { meaning, retryable } = errorCatalogue[code];
      const [error, status] = oauthError(code);
      const body: RefreshRefusal = {
        error,
        error_description: meaning.replaceAll(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, "'"),
        error_uri: `${base}/errors/${code}`,
        reason: code,
        retryable,
        request_id: crypto.randomUUID(),
      };
      return json(body, status, retryAfter(status, retryInMs));
    },
  };
}

/** What OAuth calls it, and with which status (RFC 6749, section 5.2). */
function oauthError(code: ErrorCode): readonly [string, number] {
  const { area, status } = errorCatalogue[code];
  if (code === "login_required") return ["login_required", 401];
  if (status >= 500) return ["temporarily_unavailable", 503];
  return area === "refresh" ? ["invalid_grant", 400] : ["invalid_request", status];
}

function retryAfter(status: number, retryInMs: number | null): Record<string, string> {
  if (status !== 503) return {};
  return { "retry-after": String(Math.max(1, Math.ceil((retryInMs ?? 5_000) / 1000))) };
}
