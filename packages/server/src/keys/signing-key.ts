import { createHash, createPrivateKey, generateKeyPair, type JsonWebKey, type KeyObject, sign } from "node:crypto";
import { promisify } from "node:util";
import type { KeyRing } from "../crypto/key-ring.ts";
import { AppError } from "../http/app-error.ts";
import { type KeyKind, tokenKeys } from "./key-kind.ts";
import type { StoredKey } from "./store.ts";

const signOffThread = promisify(sign);
const generateOffThread = promisify(generateKeyPair);
const rsaBits = 2_048;

/** A key that can sign. */
export interface SigningKey {
  readonly id: string;
  readonly algorithm: KeyKind["algorithm"];
  readonly privateKey: KeyObject;
  readonly activatesAt: number;
}

interface KeyTimes {
  readonly createdAt: Date;
  readonly activatesAt: Date;
}

/**
 * Makes a new key, ES256 (RFC 7518, section 3.4) or RS256 (section 3.3), its private half sealed. Its id is its thumbprint
 * (RFC 7638).
 */
export async function generateKey(
  keyRing: KeyRing,
  { createdAt, activatesAt }: KeyTimes,
  { algorithm, sealPurpose }: KeyKind = tokenKeys,
): Promise<StoredKey> {
  const { publicKey, privateKey } =
    algorithm === "ES256"
      ? await generateOffThread("ec", { namedCurve: "P-256" })
      : await generateOffThread("rsa", { modulusLength: rsaBits });
  const publicJwk = publicKey.export({ format: "jwk" });
  return {
    id: thumbprint(publicJwk),
    algorithm,
    publicJwk,
    sealedPrivateKey: keyRing.seal(privateKey.export({ format: "der", type: "pkcs8" }), sealPurpose),
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
export function openKey(
  keyRing: KeyRing,
  stored: StoredKey,
  { algorithm, sealPurpose }: KeyKind = tokenKeys,
): SigningKey {
  const der = keyRing.open(stored.sealedPrivateKey, sealPurpose);
  if (!der) throw new AppError("secret_wrong");
  return {
    id: stored.id,
    algorithm,
    privateKey: createPrivateKey({ key: der, format: "der", type: "pkcs8" }),
    activatesAt: stored.activatesAt.getTime(),
  };
}

/**
 * Signs a JWT in compact form (RFC 7515, section 7.1). Off the main thread, unless each processor has a worker of its own:
 * then there is none that would do it meanwhile, and to hand it over costs as much as to do it. RSA always, which takes
 * twenty times as long.
 */
export async function signJwt(
  { id, algorithm, privateKey }: SigningKey,
  type: string,
  claims: object,
  { isInline = false }: { readonly isInline?: boolean } = {},
): Promise<string> {
  const header = { alg: algorithm, typ: type, kid: id };
  const input = `${encode(header)}.${encode(claims)}`;
  // Asked for in DER and written anew: with options beside the key, Node takes half as long again.
  const signature =
    isInline && algorithm === "ES256"
      ? sign("sha256", Buffer.from(input), privateKey)
      : await signOffThread("sha256", Buffer.from(input), privateKey);
  return `${input}.${(algorithm === "ES256" ? joinCoordinates(signature) : signature).toString("base64url")}`;
}

const coordinateBytes = 32;

/**
 * From the DER of an ECDSA signature, `SEQUENCE { r INTEGER, s INTEGER }` (RFC 3279, section 2.2.3), to what JWS has:
 * both as 32 bytes, one after the other (RFC 7518, section 3.4).
 */
function joinCoordinates(der: Buffer): Buffer {
  const joined = Buffer.alloc(2 * coordinateBytes);
  // Of P-256 the whole is shorter than 128 bytes, so every length is one byte.
  let at = 2;
  for (const end of [coordinateBytes, 2 * coordinateBytes]) {
    const length = der.readUInt8(at + 1);
    const next = at + 2 + length;
    // DER drops leading zeros, and puts one before what would look negative.
    const integer = der.subarray(Math.max(at + 2, next - coordinateBytes), next);
    integer.copy(joined, end - integer.length);
    at = next;
  }
  return joined;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

/** RFC 7638, section 3: the required members, in lexicographic order, hashed. */
function thumbprint({ crv, e, kty, n, x, y }: JsonWebKey): string {
  const members = kty === "RSA" ? { e, kty, n } : { crv, kty, x, y };
  return createHash("sha256").update(JSON.stringify(members)).digest("base64url");
}
