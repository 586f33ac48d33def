import { base64url } from "../base64url.ts";
import type { Milliseconds } from "../env.ts";

export interface ProofParts {
  readonly keys: CryptoKeyPair;
  readonly jti: string;
  readonly method: string;
  readonly url: string;
  /** By the server's clock, as well as it is known: milliseconds since the epoch. */
  readonly now: Milliseconds;
  readonly nonce: string | undefined;
  /** The access token that goes with it. */
  readonly accessToken: string | undefined;
}

const encoder = new TextEncoder();

/** Proves that we hold a key, for one request (RFC 9449, section 4.2), with ES256. */
export async function createProof(subtle: SubtleCrypto, parts: ProofParts): Promise<string> {
  const { keys, jti, method, url, now, nonce, accessToken } = parts;
  const { kty, crv, x, y } = await subtle.exportKey("jwk", keys.publicKey);
  const ath = accessToken && base64url(await subtle.digest("SHA-256", encoder.encode(accessToken)));
  const htu = url.replace(/[?#].*/, "");
  const claims = { jti, htm: method.toUpperCase(), htu, iat: Math.floor(now / 1000), nonce, ath };
  const head = { typ: "dpop+jwt", alg: "ES256", jwk: { kty, crv, x, y } };
  const signed = [head, claims].map((part) => base64url(encoder.encode(JSON.stringify(part)))).join(".");
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  return `${signed}.${base64url(await subtle.sign(algorithm, keys.privateKey, encoder.encode(signed)))}`;
}
