import { createHash, randomUUID } from "node:crypto";
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";

/** What a test changes of a proof; a member of `undefined` is left out. */
export interface ProofChange {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** The request and the token that a proof is for, and when it is made: milliseconds since 1970. */
export interface ProofSubject {
  readonly htm: string;
  readonly htu: string;
  readonly token: string;
  readonly now: number;
}

/** A client's key pair, and the proofs it makes. */
export interface Prover {
  readonly jwk: JWK;
  readonly privateKey: CryptoKey;
  readonly jkt: string;
  prove(subject: ProofSubject, change?: ProofChange): Promise<string>;
}

export async function createProver(alg = "ES256"): Promise<Prover> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(publicKey);
  return {
    jwk,
    privateKey,
    jkt: await calculateJwkThumbprint(jwk),
    prove({ htm, htu, token, now }, { header, claims } = {}) {
      const ath = createHash("sha256").update(token).digest("base64url");
      const payload = { jti: randomUUID(), htm, htu, iat: Math.floor(now / 1000), ath, ...claims };
      return new SignJWT(payload).setProtectedHeader({ typ: "dpop+jwt", alg, jwk, ...header }).sign(privateKey);
    },
  };
}
