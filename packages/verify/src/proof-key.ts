import { type CryptoKey, calculateJwkThumbprint, importJWK, type JWK } from "jose";
import type { RefuseProof } from "./proof-jwt.ts";
import type { SignatureAlgorithm } from "./signature.ts";

/** The members of a JWK that make the key, and what its `kty` and `crv` must be (RFC 7518, section 6; RFC 8037). */
interface KeyShape {
  readonly kty: string;
  readonly crv?: string;
  readonly members: readonly string[];
}

const p256: KeyShape = { kty: "EC", crv: "P-256", members: ["kty", "crv", "x", "y"] };
const ed25519: KeyShape = { kty: "OKP", crv: "Ed25519", members: ["kty", "crv", "x"] };
const rsa: KeyShape = { kty: "RSA", members: ["kty", "n", "e"] };

export type ProofAlgorithm = Extract<SignatureAlgorithm, "ES256" | "EdDSA" | "Ed25519" | "PS256" | "RS256">;

const shapes: Readonly<Record<ProofAlgorithm, KeyShape>> = {
  ES256: p256,
  EdDSA: ed25519,
  Ed25519: ed25519,
  PS256: rsa,
  RS256: rsa,
};

/** What a client's key may be. */
export const proofAlgorithms: readonly ProofAlgorithm[] = Object.keys(shapes) as ProofAlgorithm[];

/** RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1: what of a JWK only its owner may know. */
const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

// Smaller keys can be factored (RFC 7518, section 3.3); larger ones, and other exponents than everybody's, only make our
// work dearer. As base64url characters of `n`, of 2,048 and 4,096 bits.
const modulusLength = { least: 342, most: 683 };
const publicExponent = "AQAB";

/** The key in a proof's header. */
export interface ProofKey {
  readonly key: CryptoKey;
  /** Its SHA-256 thumbprint (RFC 7638), as `cnf.jkt` has it. */
  readonly jkt: string;
}

/**
 * Reads the public key that a proof brings. Of the JWK only what makes the key is looked at: not its `alg`, `use` or
 * `key_ops`, nor certificates that it may carry.
 *
 * @throws TokenError `token_proof_invalid`
 */
export async function openProofKey(jwk: unknown, algorithm: ProofAlgorithm, refuse: RefuseProof): Promise<ProofKey> {
  const publicJwk = parsePublicJwk(jwk, algorithm, refuse);
  try {
    const [key, jkt] = await Promise.all([importJWK(publicJwk, algorithm), calculateJwkThumbprint(publicJwk)]);
    if (!(key instanceof Uint8Array)) return { key, jkt };
  } catch (cause) {
    throw refuse("its jwk is not a valid key", cause);
  }
  throw refuse("its jwk is not a public key");
}

function parsePublicJwk(jwk: unknown, algorithm: ProofAlgorithm, refuse: RefuseProof): JWK {
  const shape = shapes[algorithm];
  if (typeof jwk !== "object" || jwk === null) throw refuse("its header has no jwk");
  const given = jwk as Readonly<Record<string, unknown>>;
  if (privateMembers.some((name) => name in given)) throw refuse("its jwk holds a private key: replace that key");
  const isOfAlgorithm = given.kty === shape.kty && (shape.crv === undefined || given.crv === shape.crv);
  if (!isOfAlgorithm) throw refuse(`its jwk is not a key for ${algorithm}`);
  const members = shape.members.map((name) => [name, given[name]] as const);
  if (!members.every(([, value]) => typeof value === "string")) throw refuse("its jwk is not complete");
  const publicJwk: JWK = Object.fromEntries(members);
  if (shape === rsa && !isUsual(publicJwk)) throw refuse("its jwk is an RSA key of an unusual size or exponent");
  return publicJwk;
}

function isUsual({ n = "", e }: JWK): boolean {
  return n.length >= modulusLength.least && n.length <= modulusLength.most && e === publicExponent;
}
