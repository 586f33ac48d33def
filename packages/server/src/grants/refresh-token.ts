import { randomBytes } from "node:crypto";
import { sha256 } from "../crypto/digest.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import { formatUuid, parseUuid } from "../crypto/uuid.ts";

const prefix = "hf_rt_";
const purpose = "refresh-token";

/** Where each part begins. */
const layout = { keyId: 0, grantId: 1, handle: 17, generation: 33, tag: 37, end: 53 } as const;

/** One generation of a grant. */
export interface RefreshToken {
  readonly grantId: string;
  /** 16 random bytes, found nowhere but in the grant's refresh tokens; the database has their hash. */
  readonly handle: Buffer;
  /** From 1 on. */
  readonly generation: number;
}

/** A new grant's handle. */
export function createHandle(): Buffer {
  return randomBytes(layout.generation - layout.handle);
}

export function hashHandle(handle: Uint8Array): Buffer {
  return sha256(handle);
}

/**
 * Writes a refresh token: `hf_rt_` and base64url of
 *
 *     key id 1 B ‖ grant id 16 B ‖ handle 16 B ‖ generation 4 B ‖ tag 16 B
 *
 * The tag (HMAC) lets garbage be refused without a query. The successor of any token can be written again at any time,
 * so a retry costs no storage; the tag's key and the handle are both needed for it, and no one party holds both at rest.
 */
export function formatRefreshToken(keyRing: KeyRing, { grantId, handle, generation }: RefreshToken): string {
  const bytes = Buffer.allocUnsafe(layout.end);
  bytes[layout.keyId] = keyRing.keyId;
  parseUuid(grantId).copy(bytes, layout.grantId);
  handle.copy(bytes, layout.handle);
  bytes.writeUInt32BE(generation, layout.generation);
  keyRing.tag(bytes.subarray(layout.grantId, layout.tag), purpose).copy(bytes, layout.tag);
  return prefix + bytes.toString("base64url");
}

/** The part of a refresh token that names its grant, of which nothing is verified; null when it cannot be one. */
export function claimedGrant(text: string): string | null {
  const end = prefix.length + Math.floor((layout.handle * 8) / 6);
  return text.startsWith(prefix) && text.length > end ? text.slice(prefix.length, end) : null;
}

/** Reads a refresh token; null when it is malformed or its tag is wrong. */
export function parseRefreshToken(keyRing: KeyRing, text: string): RefreshToken | null {
  if (!text.startsWith(prefix)) return null;
  const encoded = text.slice(prefix.length);
  const bytes = Buffer.from(encoded, "base64url");
  // One token has one spelling: anything that decodes to the same bytes in another way is not ours.
  if (bytes.length !== layout.end || bytes.toString("base64url") !== encoded) return null;
  const body = bytes.subarray(layout.grantId, layout.tag);
  if (!keyRing.isTag(bytes.subarray(layout.tag), bytes.readUInt8(layout.keyId), body, purpose)) return null;
  return {
    grantId: formatUuid(bytes.subarray(layout.grantId, layout.handle)),
    handle: bytes.subarray(layout.handle, layout.generation),
    generation: bytes.readUInt32BE(layout.generation),
  };
}
