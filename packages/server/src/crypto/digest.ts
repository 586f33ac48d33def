import { hash, timingSafeEqual } from "node:crypto";
import { takeRandom } from "./random.ts";

/** SHA-256: for secrets that machines make, which no dictionary holds. People's passwords need argon2id instead. */
export function sha256(data: string | Uint8Array): Buffer {
  return hash("sha256", data, "buffer");
}

/** Compares in constant time; of unequal lengths is false. */
export function isSameSecret(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

/** A random secret as base64url text: 32 bytes unless told. */
export function randomSecret(bytes = 32): string {
  return takeRandom(bytes).toString("base64url");
}
