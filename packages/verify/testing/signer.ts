import type { AccessTokenClaims } from "@holdfast/protocol";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";

/** The moment at which the tests' tokens are verified: 2026-03-01T12:03:04Z, in milliseconds. */
export const testNow = Date.UTC(2026, 2, 1, 12, 3, 4);

export const testAudience = "https://api.example.com";

/** A key pair that signs tokens as the server does. */
export interface Signer {
  readonly jwk: JWK;
  /** Signs with the key's own header, changed by `header`; a header of `undefined` is left out. */
  sign(claims: object, header?: Record<string, unknown>): Promise<string>;
}

export async function createSigner(kid: string, alg = "ES256"): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return {
    jwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" },
    sign(claims, header) {
      return new SignJWT({ ...claims }).setProtectedHeader({ alg, kid, typ: "at+jwt", ...header }).sign(privateKey);
    },
  };
}

/** Claims of a good token of that issuer at `testNow`. */
export function goodClaims(issuer: string): AccessTokenClaims {
  const now = testNow / 1000;
  return {
    iss: issuer,
    sub: "user_ada",
    aud: testAudience,
    iat: now - 60,
    exp: now + 840,
    jti: "token-1",
    client_id: "web",
    sid: "session-1",
    grant_id: "grant-1",
    scope: "invoices:read profile",
    account: "account-1",
    role: "owner",
    auth_time: now - 60,
  };
}

/** Joins parts as a compact JWT that nobody signed. */
export function unsignedToken(header: object, claims: object, signature = ""): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${encode(header)}.${encode(claims)}.${signature}`;
}
