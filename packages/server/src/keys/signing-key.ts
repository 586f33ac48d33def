import { createHash, createPrivateKey, generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from "node:crypto";
import { promisify } from "node:util";
import type { KeyRing } from "../crypto/key-ring.ts";
import { AppError } from "../http/app-error.ts";
import type { StoredKey } from "./store.ts";

const signOffThread = promisify(sign);
const purpose = "signing-key";

/** A key that can sign. */
export interface SigningKey {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly activatesAt: number;
}

interface KeyTimes {
  readonly createdAt: Date;
  readonly activatesAt: Date;
}

/** Makes a new ES256 key (RFC 7518, section 3.4), its private half sealed. Its id is its thumbprint (RFC 7638). */
export function generateKey(keyRing: KeyRing, { createdAt, activatesAt }: KeyTimes): StoredKey {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const publicJwk = publicKey.export({ format: "jwk" });
  return {
    id: thumbprint(publicJwk),
    algorithm: "ES256",
    publicJwk,
    sealedPrivateKey: keyRing.seal(privateKey.export({ format: "der", type: "pkcs8" }), purpose),
    createdAt,
    activatesAt,
    retiresAt: null,
  };
}

/**
 * Opens a key for signing.
 *
 * @throws AppError `secret_wrong`
 */
export function openKey(keyRing: KeyRing, stored: StoredKey): SigningKey {
  const der = keyRing.open(stored.sealedPrivateKey, purpose);
  if (!der) throw new AppError("secret_wrong");
  return {
    id: stored.id,
    privateKey: createPrivateKey({ key: der, format: "der", type: "pkcs8" }),
    activatesAt: stored.activatesAt.getTime(),
  };
}

/** Signs a JWT in compact form (RFC 7515, section 7.1), off the main thread. */
export async function signJwt(key: SigningKey, type: string, claims: object): Promise<string> {
  const header = { alg: "ES256", typ: type, kid: key.id };
  const input = `${encode(header)}.${encode(claims)}`;
  const signature = await signOffThread("sha256", Buffer.from(input), {
    key: key.privateKey,
    dsaEncoding: "ieee-p1363",
  });
  return `${input}.${signature.toString("base64url")}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

/** RFC 7638, section 3: the required members, in lexicographic order, hashed. */
function thumbprint({ crv, kty, x, y }: JsonWebKey): string {
  return createHash("sha256").update(JSON.stringify({ crv, kty, x, y })).digest("base64url");
}
