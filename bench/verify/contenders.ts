/** What is measured side by side. Each is given a token and is to find it good. */
import { createVerifier } from "@holdfast/verify";
import { createLocalJWKSet, importJWK, type JWK, jwtVerify } from "jose";
import type { BenchIssuer } from "./issuer.ts";

export type Contender = (token: string) => Promise<unknown>;

/** Ours as a service has it: following the feed, with revocations in the set. */
export async function createOurs({ issuer, audience, fetch }: BenchIssuer): Promise<Contender> {
  const verifier = createVerifier({ issuer, audience, fetch });
  const { feed, revocations } = await verifier.ready();
  if (feed.state !== "following" || revocations === 0) throw new Error("The verifier does not follow the feed");
  return verifier.verify;
}

/** jose with a local key set and the checks that ours makes, as far as it has them: it knows of no revocations. */
export function createJose({ issuer, audience, keySet }: BenchIssuer): Contender {
  const keys = createLocalJWKSet(keySet);
  const options = {
    issuer,
    audience,
    algorithms: ["ES256", "RS256", "EdDSA"],
    typ: "at+jwt",
    clockTolerance: 5,
    requiredClaims: ["sub", "iat", "exp", "jti", "client_id", "sid", "grant_id", "scope", "account", "role"],
  };
  return (token) => jwtVerify(token, keys, options);
}

/** The signature check and nothing else: what no first verification can go below. */
export async function createSignatureCheck({ keySet }: BenchIssuer): Promise<Contender> {
  const key = await importJWK(keySet.keys[0] as JWK, "ES256");
  if (key instanceof Uint8Array) throw new TypeError("The key is not a public key");
  const encoder = new TextEncoder();
  return async (token) => {
    const end = token.lastIndexOf(".");
    const signature = Buffer.from(token.slice(end + 1), "base64url");
    const signed = encoder.encode(token.slice(0, end));
    const isValid = await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, signed);
    if (!isValid) throw new Error("The signature is not valid");
  };
}
