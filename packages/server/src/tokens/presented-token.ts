import { readParameter } from "../grants/index.ts";
import { AppError } from "../http/app-error.ts";
import type { Parameters } from "../http/parameters.ts";

/**
 * The token that a request is about. `token_type_hint` is read by nobody: every token shows what it is, and a wrong hint
 * must not matter (RFC 7009, section 2.1).
 *
 * @throws AppError `invalid_request`
 */
export function readToken(body: Parameters): string {
  const token = readParameter(body, "token");
  if (token === null) throw new AppError("invalid_request", 'The parameter "token" is missing.');
  return token;
}

/** Whether a text is meant to be a refresh token of ours: no JWT begins like one. */
export function isRefreshToken(token: string): boolean {
  return token.startsWith("hf_rt_");
}
