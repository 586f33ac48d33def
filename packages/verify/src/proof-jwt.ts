import { base64url } from "jose";
import { type ProofAlgorithm, proofAlgorithms } from "./proof-key.ts";
import type { TokenError } from "./token-error.ts";

/** Makes the refusal of a proof: why, as the end of a sentence. */
export type RefuseProof = (why: string, cause?: unknown) => TokenError;

/** What a proof says, before its signature is verified (RFC 9449, section 4.2). */
export interface ProofJwt {
  readonly algorithm: ProofAlgorithm;
  /** The public key, as the header brings it. */
  readonly jwk: unknown;
  readonly jti: string;
  /** The request's method. */
  readonly htm: string;
  /** The request's address. */
  readonly htu: string;
  /** When it was made, by the client's clock: seconds since 1970. */
  readonly iat: number;
  /** The digest of the access token that it goes with. */
  readonly ath: string;
  /** Header and payload as they were sent, with the dot between them (RFC 7515, section 5.2). */
  readonly signingInput: string;
  /** In base64url. */
  readonly signature: string;
}

/** Characters. One with an RSA key of 4,096 bits has about 2,300; this bounds the work that a stranger can ask for. */
const longestProof = 4_096;
const longestId = 256;
const compactForm = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/;
const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Takes a proof apart, and checks what can be checked without knowing what it is for.
 *
 * @throws TokenError `token_proof_invalid`
 */
export function parseProof(text: string, refuse: RefuseProof): ProofJwt {
  if (text.length > longestProof) throw refuse(`it is longer than ${longestProof} characters`);
  const [, encodedHeader, encodedPayload, signature] = compactForm.exec(text) ?? [];
  if (!encodedHeader || !encodedPayload || !signature) throw refuse("the DPoP header is not exactly one compact JWT");
  const header = parsePart(encodedHeader, refuse);
  const { jti, htm, htu, iat, ath } = parsePart(encodedPayload, refuse);
  if (header.typ !== "dpop+jwt") throw refuse("its typ is not dpop+jwt");
  // We understand no critical extension, so every one is to be refused (RFC 7515, section 4.1.11).
  if (header.crit !== undefined) throw refuse("it has critical header extensions");
  const algorithm = proofAlgorithms.find((each) => each === header.alg);
  if (!algorithm) throw refuse(`its alg is none of ${proofAlgorithms.join(", ")}`);
  if (typeof jti !== "string" || jti === "" || jti.length > longestId) throw refuse("it lacks a usable jti");
  if (typeof htm !== "string") throw refuse("it lacks htm");
  if (typeof htu !== "string") throw refuse("it lacks htu");
  if (typeof iat !== "number") throw refuse("it lacks iat, in seconds");
  if (typeof ath !== "string") throw refuse("it lacks ath, the access token's digest");
  const signingInput = `${encodedHeader}.${encodedPayload}`;
  return { algorithm, jwk: header.jwk, jti, htm, htu, iat, ath, signingInput, signature };
}

function parsePart(encoded: string, refuse: RefuseProof): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(base64url.decode(encoded)));
  } catch (cause) {
    throw refuse("its parts are not JSON in base64url", cause);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw refuse("its parts are not JSON objects");
}
