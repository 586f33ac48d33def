import { fromBase64url, toBase64url } from "./base64url.ts";

/** Encrypts text so that only this app can read it, and nobody can alter it. */
export interface Sealer {
  /** Base64url. What was sealed for one purpose cannot be opened for another. */
  seal(purpose: string, text: string): Promise<string>;
  /** Null for whatever was not sealed here, or not for this purpose. */
  open(purpose: string, sealed: string): Promise<string | null>;
}

const version = 1;
const saltBytes = 32;
const tagBytes = 16;
/** Beyond what the cookies of one browser can hold. */
const longestSealed = 65_536;
/**
 * Every text has a key of its own, derived from its salt, so the nonce need not differ: no number of texts under one
 * secret brings two of them together.
 */
const nonce = new Uint8Array(12);

/**
 * AES-256-GCM under HKDF-SHA-256 (RFC 5869), by WebCrypto, which Node.js and edge runtimes share:
 *
 *     version 1 B ‖ salt 32 B ‖ ciphertext ‖ tag 16 B
 *
 * @param secrets the first seals, all open
 */
export function createSealer(secrets: readonly string[]): Sealer {
  const roots = secrets.map((secret) =>
    crypto.subtle.importKey("raw", new TextEncoder().encode(secret), "HKDF", false, ["deriveKey"]),
  );
  // Whoever uses them hears of a failure; one that nobody uses must not end the process.
  for (const root of roots) root.catch(() => undefined);

  async function keyOf(root: Promise<CryptoKey>, purpose: string, salt: BufferSource): Promise<CryptoKey> {
    const info = new TextEncoder().encode(`holdfast-next/${version}/${purpose}`);
    const algorithm = { name: "HKDF", hash: "SHA-256", salt, info };
    return crypto.subtle.deriveKey(algorithm, await root, { name: "AES-GCM", length: 256 }, false, [
      "encrypt",
      "decrypt",
    ]);
  }

  return {
    async seal(purpose, text) {
      const [root] = roots;
      if (!root) throw new TypeError("A sealer needs a secret");
      const salt = crypto.getRandomValues(new Uint8Array(saltBytes));
      const key = await keyOf(root, purpose, salt);
      const bytes = new TextEncoder().encode(text);
      const encrypted = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, key, bytes);
      return toBase64url(new Uint8Array([version, ...salt, ...new Uint8Array(encrypted)]));
    },
    async open(purpose, sealed) {
      const bytes = sealed.length > longestSealed ? null : fromBase64url(sealed);
      if (bytes === null || bytes.length < 1 + saltBytes + tagBytes || bytes[0] !== version) return null;
      const salt = bytes.subarray(1, 1 + saltBytes);
      for (const root of roots) {
        const key = await keyOf(root, purpose, salt);
        const opened = await decrypt(key, bytes.subarray(1 + saltBytes));
        if (opened !== null) return opened;
      }
      return null;
    },
  };
}

async function decrypt(key: CryptoKey, encrypted: BufferSource): Promise<string | null> {
  try {
    const bytes = await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonce }, key, encrypted);
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // Which of the reasons it was is nobody's business.
    return null;
  }
}
