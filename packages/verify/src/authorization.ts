import { headerValues, type IncomingRequest } from "./request.ts";
import type { Refuse } from "./token-error.ts";

/** How a token may be presented: by whoever holds it, or together with the proof of a key's possession. */
export type TokenScheme = "Bearer" | "DPoP";

/** An access token, as a request presents it. */
export interface PresentedToken {
  readonly scheme: TokenScheme;
  readonly token: string;
}

/**
 * A scheme, one space and one or more of the characters of a b64token (RFC 6750, section 2.1; RFC 9449, section 7.1). A
 * comma, as between joined headers, is none. Two expressions: one that takes both costs every request a third more.
 */
const credentials = { Bearer: /^bearer ([A-Za-z0-9\-._~+/]+=*)$/i, DPoP: /^dpop ([A-Za-z0-9\-._~+/]+=*)$/i };

/**
 * Reads the access token from the Authorization header, and from nowhere else: tokens in a query or a form are not read
 * (RFC 9700, section 4.3.2).
 *
 * @throws TokenError `token_missing` without such a header; `token_malformed` unless it is sent once and well formed
 */
export function readAccessToken(request: IncomingRequest, refuse: Refuse): PresentedToken {
  const [authorization, ...others] = headerValues(request, "authorization");
  if (others.length > 0) throw refuse("token_malformed", "The request has more than one Authorization header.");
  if (authorization === undefined) throw refuse("token_missing");
  const held = credentials.Bearer.exec(authorization)?.[1];
  if (held !== undefined) return { scheme: "Bearer", token: held };
  const bound = credentials.DPoP.exec(authorization)?.[1];
  if (bound !== undefined) return { scheme: "DPoP", token: bound };
  if (!/^(?:bearer|dpop)(?:[\s,]|$)/i.test(authorization)) throw refuse("token_missing");
  throw refuse("token_malformed", "The Authorization header is not `Bearer` or `DPoP`, one space and one token.");
}
