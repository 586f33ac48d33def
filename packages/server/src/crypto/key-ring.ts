import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { isSameSecret, sha256 } from "./digest.ts";
import { createHmacKey, type HmacKey, hmacSha256 } from "./hmac.ts";

const ivBytes = 12;
const authTagBytes = 16;
const tagBytes = 16;

/**
 * The server's secrets, and what is derived from them. The first secret protects what is new; every secret can still
 * read what it protected, so that a secret can be replaced while the server runs.
 */
export interface KeyRing {
  /** Encrypts (AES-256-GCM). `purpose` is bound to the result: what was sealed for one purpose opens for no other. */
  seal(plaintext: Uint8Array, purpose: string): Buffer;
  /** Decrypts what `seal` made; null when no secret fits or a bit was changed. */
  open(sealed: Uint8Array, purpose: string): Buffer | null;
  /** The id of the secret that protects what is new: one byte. */
  readonly keyId: number;
  /** A tag over the data (HMAC-SHA-256, truncated to 16 bytes) by the current secret. */
  tag(data: Uint8Array, purpose: string): Buffer;
  /** Whether a tag is right, by a secret with this id. */
  isTag(tag: Uint8Array, keyId: number, data: Uint8Array, purpose: string): boolean;
}

interface DerivedSecret {
  readonly id: number;
  readonly sealKey: (purpose: string) => Buffer;
  readonly tagKey: (purpose: string) => HmacKey;
}

/**
 * Makes a key ring.
 *
 * @param secrets the current secret first, then former ones; at least 32 bytes each
 */
export function createKeyRing(secrets: readonly Uint8Array[]): KeyRing {
  const ring = secrets.map(deriveSecret);
  const current = ring[0];
  if (!current) throw new TypeError("a key ring needs at least one secret");

  return {
    keyId: current.id,
    seal(plaintext, purpose) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv("aes-256-gcm", current.sealKey(purpose), iv);
      const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
      return Buffer.concat([Buffer.of(current.id), iv, cipher.getAuthTag(), body]);
    },
    open(sealed, purpose) {
      // Two secrets may share an id (it is one byte); the authentication tag tells which one fits.
      for (const secret of ring) {
        if (secret.id !== sealed[0]) continue;
        const plaintext = decrypt(sealed, secret.sealKey(purpose));
        if (plaintext) return plaintext;
      }
      return null;
    },
    tag: (data, purpose) => makeTag(current, data, purpose),
    isTag: (tag, keyId, data, purpose) =>
      ring.some((secret) => secret.id === keyId && isSameSecret(tag, makeTag(secret, data, purpose))),
  };
}

function deriveSecret(secret: Uint8Array): DerivedSecret {
  if (secret.length < 32) throw new TypeError("a secret has at least 32 bytes");
  const derive = (purpose: string) => Buffer.from(hkdfSync("sha256", secret, "holdfast", purpose, 32));
  return {
    id: sha256(secret).readUInt8(0),
    sealKey: keep((purpose) => derive(`seal:${purpose}`)),
    tagKey: keep((purpose) => createHmacKey(derive(`tag:${purpose}`))),
  };
}

// Far more purposes than are in use at a time. Some name what receivers make and remove as they like.
const keptAtMost = 1_000;

/** Makes each value once, unless there were very many since. */
function keep<Value>(make: (name: string) => Value): (name: string) => Value {
  const made = new Map<string, Value>();
  return (name) => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const value = make(name);
    if (made.size >= keptAtMost) made.clear();
    made.set(name, value);
    return value;
  };
}

function makeTag(secret: DerivedSecret, data: Uint8Array, purpose: string): Buffer {
  return hmacSha256(secret.tagKey(purpose), data).subarray(0, tagBytes);
}

function decrypt(sealed: Uint8Array, key: Uint8Array): Buffer | null {
  const iv = sealed.subarray(1, 1 + ivBytes);
  const authTag = sealed.subarray(1 + ivBytes, 1 + ivBytes + authTagBytes);
  if (authTag.length < authTagBytes) return null;
  const decipher = createDecipheriv("aes-256-gcm", key, iv, { authTagLength: authTagBytes });
  decipher.setAuthTag(authTag);
  try {
    return Buffer.concat([decipher.update(sealed.subarray(1 + ivBytes + authTagBytes)), decipher.final()]);
  } catch {
    return null;
  }
}
