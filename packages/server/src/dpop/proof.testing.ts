import { randomUUID } from "node:crypto";
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";

/** What a test changes of a proof; a member of `undefined` is left out. */
export interface ProofChange {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** A client's key pair, and the proofs it makes. */
export interface Prover {
  readonly jwk: JWK;
  readonly privateKey: CryptoKey;
  readonly jkt: string;
  /** A proof for a POST to an address, at a moment in milliseconds. */
  prove(htu: string, now: number, change?: ProofChange): Promise<string>;
}

export async function createProver(alg = "ES256"): Promise<Prover> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(publicKey);
  return {
    jwk,
    privateKey,
    jkt: await calculateJwkThumbprint(jwk),
    prove(htu, now, { header, claims } = {}) {
      const payload = { jti: randomUUID(), htm: "POST", htu, iat: Math.floor(now / 1000), ...claims };
      return new SignJWT(payload).setProtectedHeader({ typ: "dpop+jwt", alg, jwk, ...header }).sign(privateKey);
    },
  };
}
