import { hash } from "node:crypto";

const blockBytes = 64;

/** A key of HMAC-SHA-256, made ready once. */
export interface HmacKey {
  readonly inner: Buffer;
  readonly outer: Buffer;
}

/** Makes a key ready: 64 bytes at most; what is longer would be hashed first, and ours are not. */
export function createHmacKey(key: Uint8Array): HmacKey {
  if (key.length > blockBytes) throw new TypeError(`a key has at most ${blockBytes} bytes`);
  const pad = (byte: number) => Buffer.alloc(blockBytes, byte).map((each, index) => each ^ (key[index] ?? 0));
  return { inner: Buffer.from(pad(0x36)), outer: Buffer.from(pad(0x5c)) };
}

/**
 * HMAC-SHA-256 (RFC 2104, section 2; RFC 4231). Written out over two hashes in one call each: a `Hmac` object costs Node
 * three times as much, and every refresh needs two.
 */
export function hmacSha256({ inner, outer }: HmacKey, data: Uint8Array): Buffer {
  return hash("sha256", Buffer.concat([outer, hash("sha256", Buffer.concat([inner, data]), "buffer")]), "buffer");
}
