import { invalidProof } from "./invalid-proof.ts";
import { type ProofAlgorithm, parseAlgorithm } from "./proof-key.ts";

/** What a proof says, before its signature is verified (RFC 9449, section 4.2). */
export interface ProofJwt {
  /** The compact JWT. */
  readonly text: string;
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
  /** What the server had asked for; undefined when it holds none. */
  readonly nonce: string | undefined;
}

/** Characters. One with an RSA key of 4,096 bits has about 2,200; this bounds the work that a stranger can ask for. */
const longestProof = 4_096;
const longestId = 256;
// Three parts; a comma, as between the values of two headers, stands in none.
const compactForm = /^([\w-]+)\.([\w-]+)\.[\w-]+$/;

/**
 * Takes a proof apart, and checks what can be checked without knowing what it is for.
 *
 * @throws AppError `dpop_proof_invalid`
 */
export function parseProof(text: string): ProofJwt {
  if (text.length > longestProof) throw invalidProof(`It is longer than ${longestProof} characters.`);
  const [, encodedHeader, encodedPayload] = compactForm.exec(text) ?? [];
  if (!encodedHeader || !encodedPayload) throw invalidProof("The header is not exactly one compact JWT.");
  const header = parsePart(encodedHeader);
  const { jti, htm, htu, iat, nonce } = parsePart(encodedPayload);
  if (header.typ !== "dpop+jwt") throw invalidProof("Its typ is not dpop+jwt.");
  // We understand no critical extension, so every one is to be refused (RFC 7515, section 4.1.11).
  if (header.crit !== undefined) throw invalidProof("It has critical header extensions.");
  if (typeof jti !== "string" || jti === "" || jti.length > longestId) throw invalidProof("It lacks a usable jti.");
  if (typeof htm !== "string") throw invalidProof("It lacks htm.");
  if (typeof htu !== "string") throw invalidProof("It lacks htu.");
  if (typeof iat !== "number") throw invalidProof("It lacks iat, in seconds.");
  if (nonce !== undefined && typeof nonce !== "string") throw invalidProof("Its nonce is not text.");
  return { text, algorithm: parseAlgorithm(header.alg), jwk: header.jwk, jti, htm, htu, iat, nonce };
}

function parsePart(encoded: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(encoded, "base64url").toString("utf8"));
  } catch (cause) {
    throw invalidProof("Its parts are not JSON in base64url.", cause);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw invalidProof("Its parts are not JSON objects.");
}
