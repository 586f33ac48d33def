import { randomBytes } from "node:crypto";
import { sha256 } from "../crypto/digest.ts";
import { formatUuid, parseUuid } from "../crypto/uuid.ts";

const prefix = "hf_s_";
const idBytes = 16;
const secretBytes = 32;

/** What the session cookie says: which session, and the proof. */
export interface SessionCookie {
  readonly sessionId: string;
  readonly secretHash: Buffer;
}

/** Makes a new cookie value for a session. The database keeps only the hash of its secret. */
export function createSessionCookie(sessionId: string): { readonly value: string; readonly secretHash: Buffer } {
  const secret = randomBytes(secretBytes);
  const value = prefix + Buffer.concat([parseUuid(sessionId), secret]).toString("base64url");
  return { value, secretHash: sha256(secret) };
}

/** Reads a cookie value; null when it is not one of ours. */
export function parseSessionCookie(value: string | undefined): SessionCookie | null {
  if (!value?.startsWith(prefix)) return null;
  const encoded = value.slice(prefix.length);
  const bytes = Buffer.from(encoded, "base64url");
  if (bytes.length !== idBytes + secretBytes || bytes.toString("base64url") !== encoded) return null;
  return { sessionId: formatUuid(bytes), secretHash: sha256(bytes.subarray(idBytes)) };
}
