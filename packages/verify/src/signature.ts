import { base64url, type CryptoKey } from "jose";
import type { Refuse } from "./token-error.ts";

/**
 * What WebCrypto needs to be told of each algorithm (RFC 7518, section 3.1; RFC 8037, section 3.1; RFC 9864). Signatures
 * that a public key verifies: `none` and the shared-secret algorithms (HS256 …) are not to be had.
 */
const parameters = {
  ES256: { name: "ECDSA", hash: "SHA-256" },
  ES384: { name: "ECDSA", hash: "SHA-384" },
  ES512: { name: "ECDSA", hash: "SHA-512" },
  RS256: { name: "RSASSA-PKCS1-v1_5" },
  RS384: { name: "RSASSA-PKCS1-v1_5" },
  RS512: { name: "RSASSA-PKCS1-v1_5" },
  PS256: { name: "RSA-PSS", saltLength: 32 },
  PS384: { name: "RSA-PSS", saltLength: 48 },
  PS512: { name: "RSA-PSS", saltLength: 64 },
  EdDSA: { name: "Ed25519" },
  Ed25519: { name: "Ed25519" },
} as const;

export type SignatureAlgorithm = keyof typeof parameters;

export const signatureAlgorithms: readonly SignatureAlgorithm[] = Object.keys(parameters) as SignatureAlgorithm[];

/** A signature and all that is needed to check it, except that the key can do the algorithm: `key-set.ts` sees to that. */
export interface SignatureCheck {
  readonly algorithm: SignatureAlgorithm;
  readonly key: CryptoKey;
  /** Header and payload as they were sent, with the dot between them (RFC 7515, section 5.2). */
  readonly signingInput: string;
  /** In base64url. */
  readonly signature: string;
}

const encoder = new TextEncoder();

/**
 * Checks a signature. By WebCrypto itself: jose's verification would take the token apart a second time.
 *
 * @throws TokenError `token_signature_invalid`, `token_malformed`
 */
export async function assertSignature(check: SignatureCheck, refuse: Refuse): Promise<void> {
  const signature = decodeSignature(check.signature, refuse);
  let isValid: boolean;
  try {
    const signed = encoder.encode(check.signingInput);
    isValid = await crypto.subtle.verify(parameters[check.algorithm], check.key, signature, signed);
  } catch (cause) {
    throw refuse("token_signature_invalid", undefined, { cause });
  }
  if (!isValid) throw refuse("token_signature_invalid");
}

/** As an encoder writes it (RFC 4648, section 3.5), or else sixteen texts would be one and the same ES256 token. */
const canonicalBase64url = /^(?:[\w-]{4})*(?:[\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?$/;

function decodeSignature(text: string, refuse: Refuse): Uint8Array<ArrayBuffer> {
  if (!canonicalBase64url.test(text)) throw refuse("token_malformed", "The token's signature is not base64url.");
  return new Uint8Array(base64url.decode(text));
}
