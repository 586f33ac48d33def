/** The least that a secret may hold, in bytes. */
export const shortestSecret = 32;

/** A secret is base64 where it looks like it, and its own bytes otherwise. */
export function decodeSecret(text: string): Uint8Array {
  const decoded = /^[A-Za-z0-9+/_-]{43,}={0,2}$/.test(text) ? Buffer.from(text, "base64url") : null;
  return decoded && decoded.length >= shortestSecret ? decoded : Buffer.from(text, "utf8");
}
