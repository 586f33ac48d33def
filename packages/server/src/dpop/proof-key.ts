import { type CryptoKey, calculateJwkThumbprint, importJWK, type JWK } from "jose";
import { invalidProof } from "./invalid-proof.ts";

/** The members of a JWK that make the key, and what its `kty` and `crv` must be (RFC 7518, section 6; RFC 8037). */
interface KeyShape {
  readonly kty: string;
  readonly crv?: string;
  readonly members: readonly string[];
}

const p256: KeyShape = { kty: "EC", crv: "P-256", members: ["kty", "crv", "x", "y"] };
const ed25519: KeyShape = { kty: "OKP", crv: "Ed25519", members: ["kty", "crv", "x"] };
const rsa: KeyShape = { kty: "RSA", members: ["kty", "n", "e"] };

const shapes = { ES256: p256, EdDSA: ed25519, Ed25519: ed25519, PS256: rsa, RS256: rsa } as const;

/** Signatures that a public key verifies; `none` and the shared-secret algorithms are not to be had. */
export type ProofAlgorithm = keyof typeof shapes;

/** What the metadata publishes as `dpop_signing_alg_values_supported`. */
export const proofAlgorithms: readonly ProofAlgorithm[] = Object.keys(shapes) as ProofAlgorithm[];

/** RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1: what of a JWK only its owner may know. */
const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

// Smaller keys can be factored (RFC 7518, section 3.3); larger ones, and other exponents than everybody's, only make our
// work dearer. In bits, as base64url characters of `n`.
const modulusLength = { least: Math.ceil(2048 / 6), most: Math.ceil(4096 / 6) };
const publicExponent = "AQAB";

/** The key in a proof's header. */
export interface ProofKey {
  readonly key: CryptoKey;
  /** Its SHA-256 thumbprint (RFC 7638), as `jkt` and `cnf` have it. */
  readonly jkt: string;
}

/** @throws AppError `dpop_proof_invalid` */
export function parseAlgorithm(alg: unknown): ProofAlgorithm {
  const algorithm = proofAlgorithms.find((each) => each === alg);
  if (!algorithm) throw invalidProof(`Its alg is none of ${proofAlgorithms.join(", ")}.`);
  return algorithm;
}

/**
 * Reads the public key that a proof brings. Of the JWK only what makes the key is looked at: not its `alg`, `use` or
 * `key_ops`, nor certificates that it may carry.
 *
 * @throws AppError `dpop_proof_invalid`
 */
export async function openProofKey(jwk: unknown, algorithm: ProofAlgorithm): Promise<ProofKey> {
  const publicJwk = parsePublicJwk(jwk, shapes[algorithm], algorithm);
  try {
    const [key, jkt] = await Promise.all([importJWK(publicJwk, algorithm), calculateJwkThumbprint(publicJwk)]);
    if (!(key instanceof Uint8Array)) return { key, jkt };
  } catch (cause) {
    throw invalidProof("Its jwk is not a valid key.", cause);
  }
  throw invalidProof("Its jwk is not a public key.");
}

function parsePublicJwk(jwk: unknown, shape: KeyShape, algorithm: ProofAlgorithm): JWK {
  if (typeof jwk !== "object" || jwk === null) throw invalidProof("Its header has no jwk.");
  const given = jwk as Readonly<Record<string, unknown>>;
  if (privateMembers.some((name) => name in given))
    throw invalidProof("Its jwk holds a private key: replace that key.");
  const isOfAlgorithm = given.kty === shape.kty && (shape.crv === undefined || given.crv === shape.crv);
  if (!isOfAlgorithm) throw invalidProof(`Its jwk is not a key for ${algorithm}.`);
  const members = shape.members.map((name) => [name, given[name]] as const);
  if (!members.every(([, value]) => typeof value === "string")) throw invalidProof("Its jwk is not complete.");
  const publicJwk: JWK = Object.fromEntries(members);
  if (shape === rsa) assertModulus(publicJwk);
  return publicJwk;
}

function assertModulus({ n = "", e }: JWK): void {
  const isUsual = n.length >= modulusLength.least && n.length <= modulusLength.most + 2 && e === publicExponent;
  if (!isUsual) throw invalidProof("Its jwk is an RSA key of fewer than 2048 bits, of more than 4096, or an odd one.");
}
