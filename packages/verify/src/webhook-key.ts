import { WebhookError } from "./webhook-error.ts";

/** Checks signatures of one scheme with one key. */
export interface WebhookKey {
  /** What stands before the comma of a signature that it can check. */
  readonly scheme: "v1" | "v1a";
  verify(signature: Uint8Array<ArrayBuffer>, signed: Uint8Array<ArrayBuffer>): Promise<boolean>;
}

const hmac = { name: "HMAC", hash: "SHA-256" } as const;
const ed25519 = { name: "Ed25519" } as const;

/** Bytes, by Standard Webhooks 1.0.0: fewer can be guessed, more are hashed away. */
const secretBytes = { least: 24, most: 64 };
const publicKeyBytes = 32;

/**
 * Reads a secret (`whsec_`, for `v1` signatures, HMAC-SHA-256) or a public key (`whpk_`, for `v1a` ones, Ed25519).
 *
 * @throws WebhookError `webhook_secret_invalid`, which never shows the secret
 */
export async function importWebhookKey(secret: string): Promise<WebhookKey> {
  const [, prefix, text = ""] = /^(whsec_|whpk_)(.+)$/s.exec(String(secret)) ?? [];
  const bytes = decodeBase64(text);
  if (prefix === undefined || bytes === undefined) throw new WebhookError("webhook_secret_invalid");
  if (prefix === "whpk_") return importPublicKey(bytes);
  if (bytes.length < secretBytes.least || bytes.length > secretBytes.most) {
    const { least, most } = secretBytes;
    throw new WebhookError(
      "webhook_secret_invalid",
      `A secret has ${least} to ${most} bytes, and not ${bytes.length}.`,
    );
  }
  const key = await crypto.subtle.importKey("raw", bytes, hmac, false, ["verify"]);
  // WebCrypto compares in constant time.
  return { scheme: "v1", verify: (signature, signed) => crypto.subtle.verify(hmac, key, signature, signed) };
}

async function importPublicKey(bytes: Uint8Array<ArrayBuffer>): Promise<WebhookKey> {
  if (bytes.length !== publicKeyBytes) {
    const detail = `A public key has ${publicKeyBytes} bytes, and not ${bytes.length}.`;
    throw new WebhookError("webhook_secret_invalid", detail);
  }
  const key = await crypto.subtle.importKey("raw", bytes, ed25519, false, ["verify"]);
  return { scheme: "v1a", verify: (signature, signed) => crypto.subtle.verify(ed25519, key, signature, signed) };
}

/** Base64 with the standard alphabet and padding (RFC 4648, section 4); undefined for anything else. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return undefined;
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
