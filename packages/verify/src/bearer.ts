import type { Refuse } from "./token-error.ts";

/**
 * A request, as far as we read it: a web-standard `Request`, or a message of `node:http`. Node's own `headers` keeps
 * only the first of two Authorization headers, so there we read `rawHeaders` (name, value, name, value, …).
 */
export type IncomingRequest = { readonly headers: Headers } | { readonly rawHeaders: readonly string[] };

/**
 * `Bearer`, one space and one or more of the characters of a b64token (RFC 6750, section 2.1). A comma, as between
 * joined headers, is none.
 */
const credentials = /^bearer ([A-Za-z0-9\-._~+/]+=*)$/i;

/**
 * Reads the access token from the Authorization header, and from nowhere else: tokens in a query or a form are not read
 * (RFC 9700, section 4.3.2).
 *
 * @throws TokenError `token_missing` without a Bearer header; `token_malformed` unless it is sent once and well formed
 */
export function readBearerToken(request: IncomingRequest, refuse: Refuse): string {
  const [authorization, ...others] = authorizationHeaders(request);
  if (others.length > 0) throw refuse("token_malformed", "The request has more than one Authorization header.");
  if (authorization === undefined) throw refuse("token_missing");
  const token = credentials.exec(authorization)?.[1];
  if (token !== undefined) return token;
  if (!/^bearer(?:[\s,]|$)/i.test(authorization)) throw refuse("token_missing");
  throw refuse("token_malformed", "The Authorization header is not `Bearer`, one space and one token.");
}

function authorizationHeaders(request: IncomingRequest): string[] {
  if (!("rawHeaders" in request)) {
    // Headers joins repeated headers with a comma; the grammar above refuses the result.
    const value = request.headers.get("authorization");
    return value === null ? [] : [value];
  }
  const { rawHeaders } = request;
  const values: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if (isAuthorization(rawHeaders[index])) values.push(rawHeaders[index + 1] ?? "");
  }
  return values;
}

/** By the length first, which tells nearly every other header apart. */
function isAuthorization(name = ""): boolean {
  return name.length === "authorization".length && name.toLowerCase() === "authorization";
}
