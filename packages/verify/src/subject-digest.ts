import { sha256 } from "./sha256.ts";

/** SHA-256 of an id, a character for each byte: the shortest string, and nothing to encode for every token. */
export type Digest = string;

const encoder = new TextEncoder();

/** The digest of a session, a grant, a user or an account. */
export function digestOfId(id: string): Digest {
  return String.fromCharCode(...sha256(encoder.encode(id)));
}

/** From base64url, in which the feed sends it. */
export function parseDigest(text: string): Digest {
  return atob(text.replaceAll("-", "+").replaceAll("_", "/"));
}

/**
 * What the feed, and so the events `revoked` and `claims_changed`, call a session, a grant, a user or an account:
 * base64url(SHA-256(id)).
 *
 * @example
 * ```ts
 * import { createVerifier, digestOf } from "@holdfast/verify";
 *
 * const verifier = createVerifier({ issuer: "https://id.example.com", audience: "https://api.example.com" });
 * const sockets = new Map<string, WebSocket>();
 *
 * export async function open(token: string, socket: WebSocket) {
 *   const { sid } = await verifier.verify(token);
 *   sockets.set(digestOf(sid), socket);
 * }
 * verifier.on("revoked", ({ digest }) => sockets.get(digest)?.close(4401, "The session was ended"));
 * ```
 */
export function digestOf(id: string): string {
  return btoa(digestOfId(id)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
