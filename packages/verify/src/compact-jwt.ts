import { base64url } from "jose";
import { quote } from "./quote.ts";
import type { SignatureAlgorithm } from "./signature.ts";
import type { Refuse } from "./token-error.ts";

/** What a token says of itself, before anything of it is believed. */
export interface UnverifiedJwt {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Header and payload as they were sent, with the dot between them (RFC 7515, section 5.2). */
  readonly signingInput: string;
  /** In base64url; empty when there is none. */
  readonly signature: string;
}

/** The parts of the header by which the key is found. */
export interface AcceptedHeader {
  readonly alg: SignatureAlgorithm;
  readonly kid: string;
}

/** Characters. A Holdfast token has about 700; this bounds the work that a stranger can ask for. */
const maxTokenLength = 8192;

/** Three base64url parts (RFC 7515, section 3.1). The last may be empty, so that `alg: none` is told by its name. */
const compactForm = /^([\w-]+)\.([\w-]+)\.([\w-]*)$/;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Takes a compact JWT apart without verifying it.
 *
 * @throws TokenError `token_missing` when there is nothing; `token_malformed`
 */
export function parseCompactJwt(token: string, refuse: Refuse): UnverifiedJwt {
  if (token === undefined || token === "") throw refuse("token_missing");
  if (typeof token !== "string") throw refuse("token_malformed", "The token is not a string.");
  if (token.length > maxTokenLength) {
    throw refuse("token_malformed", `The token has ${token.length} characters; at most ${maxTokenLength} are read.`);
  }
  const [, header, payload, signature] = compactForm.exec(token) ?? [];
  if (!header || !payload || signature === undefined)
    throw refuse("token_malformed", "The token is not three base64url parts joined by dots.");
  return {
    header: parseJsonPart(header, "header", refuse),
    payload: parseJsonPart(payload, "payload", refuse),
    signingInput: token.slice(0, header.length + 1 + payload.length),
    signature,
  };
}

function parseJsonPart(part: string, name: string, refuse: Refuse): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(base64url.decode(part)));
  } catch (cause) {
    throw refuse("token_malformed", `The token's ${name} is not JSON in base64url.`, { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw refuse("token_malformed", `The token's ${name} is not a JSON object.`);
  }
  return value as Record<string, unknown>;
}

/**
 * Checks the header of an access token (RFC 9068, section 2.1; RFC 8725). `jku`, `x5u`, `jwk` and `x5c` are never read:
 * a key comes from the issuer's own key set, by `kid`, or not at all.
 *
 * @throws TokenError `token_malformed`, `token_type_invalid`, `token_algorithm_unsupported`, `token_key_unknown`
 */
export function assertHeader(
  header: Readonly<Record<string, unknown>>,
  algorithms: readonly SignatureAlgorithm[],
  refuse: Refuse,
): AcceptedHeader {
  const { alg, crit, kid, typ } = header;
  // We understand no critical extension, so every one is to be refused (RFC 7515, section 4.1.11).
  if (crit !== undefined) throw refuse("token_malformed", "The token has critical header extensions (`crit`).");
  if (typeof typ !== "string" || !/^(application\/)?at\+jwt$/i.test(typ)) {
    throw refuse("token_type_invalid", `The token's type is ${quote(typ)}, not "at+jwt"; an ID token will not do.`);
  }
  const algorithm = algorithms.find((one) => one === alg);
  if (!algorithm) {
    throw refuse(
      "token_algorithm_unsupported",
      `The token's algorithm is ${quote(alg)}; accepted: ${algorithms.join(", ")}.`,
    );
  }
  if (typeof kid !== "string" || kid === "")
    throw refuse("token_key_unknown", "The token does not name its key (`kid`).");
  return { alg: algorithm, kid };
}
