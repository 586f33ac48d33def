import { generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { JWKS } from "oidc-provider";

const generate = promisify(generateKeyPair);

/** New private keys, one for ES256 and one for RS256 (what OpenID Connect asks every provider to offer). */
export async function generateSigningKeys(): Promise<JWKS> {
  const [ec, rsa] = await Promise.all([
    generate("ec", { namedCurve: "P-256" }),
    generate("rsa", { modulusLength: 2048 }),
  ]);
  return { keys: [toSigningJwk(ec.privateKey, "ES256"), toSigningJwk(rsa.privateKey, "RS256")] };
}

function toSigningJwk(key: KeyObject, alg: "ES256" | "RS256") {
  return { ...key.export({ format: "jwk" }), use: "sig", alg };
}
