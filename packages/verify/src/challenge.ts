import type { TokenScheme } from "./authorization.ts";
import { proofAlgorithms } from "./proof-key.ts";

/** What a `WWW-Authenticate` challenge says (RFC 6750, section 3; RFC 9449, section 7.1). */
export interface Challenge {
  /** Absent when the request carried no token: then nothing is wrong with one (RFC 6750, section 3.1). */
  readonly error?: {
    readonly code: "invalid_token" | "invalid_dpop_proof" | "insufficient_scope";
    readonly description: string;
    readonly uri: string;
  };
  /** Said only where there is no error: the scheme must be followed by at least one attribute. */
  readonly realm: string;
  /** The scope the request needs, space-separated. */
  readonly scope?: string;
  /** How the token is to be presented. Default: `Bearer`. */
  readonly scheme?: TokenScheme | undefined;
}

/** Builds the value of the `WWW-Authenticate` header. */
export function formatChallenge({ error, realm, scope, scheme = "Bearer" }: Challenge): string {
  const attributes = error
    ? [
        quoted("error", error.code),
        quoted("error_description", printable(error.description)),
        quoted("error_uri", printable(error.uri)),
      ]
    : [quoted("realm", printable(realm))];
  if (scope) attributes.push(quoted("scope", printable(scope)));
  if (scheme === "DPoP") attributes.unshift(quoted("algs", proofAlgorithms.join(" ")));
  return `${scheme} ${attributes.join(", ")}`;
}

function quoted(name: string, value: string): string {
  return `${name}="${value}"`;
}

/**
 * Keeps to the characters of RFC 6750, section 3: %x20-21 / %x23-5B / %x5D-7E. Neither quote nor backslash nor line end
 * can leave the quoted string, whatever a token brought into the description.
 */
function printable(text: string): string {
  return text
    .replaceAll('"', "'")
    .replaceAll("\\", "/")
    .replace(/[^\x20-\x7e]/gu, "?");
}
