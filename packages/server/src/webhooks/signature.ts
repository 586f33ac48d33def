import { createHmac, createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";

/** How a message is signed: `v1` is HMAC-SHA-256 with a shared secret, `v1a` Ed25519 with a key pair of ours. */
export type SignatureScheme = "v1" | "v1a";

/** What signs: the shared secret's bytes, or the 32 bytes an Ed25519 key is made of. */
export interface SigningSecret {
  readonly scheme: SignatureScheme;
  readonly key: Buffer;
}

export interface SignedMessage {
  /** Without a full stop. */
  readonly id: string;
  /** Seconds since the epoch: when it is sent, not when it happened. */
  readonly timestamp: number;
  readonly body: string;
}

/**
 * The header `webhook-signature` (Standard Webhooks 1.0.0, "Signature scheme"): a signature of each secret, separated by
 * spaces. Receivers take any that fits, so that a secret can be replaced without a refused message.
 */
export function signMessage(message: SignedMessage, secrets: readonly SigningSecret[]): string {
  const signed = Buffer.from(`${message.id}.${message.timestamp}.${message.body}`);
  return secrets.map(({ scheme, key }) => `${scheme},${signWith[scheme](signed, key).toString("base64")}`).join(" ");
}

const signWith: Readonly<Record<SignatureScheme, (signed: Buffer, key: Buffer) => Buffer>> = {
  v1: (signed, key) => createHmac("sha256", key).update(signed).digest(),
  v1a: (signed, key) => sign(null, signed, privateKeyOf(key)),
};

// RFC 8410, section 7: what stands before the 32 bytes in PKCS #8.
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex");

function privateKeyOf(seed: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: "der", type: "pkcs8" });
}

/** The 32 bytes of the public key. */
export function publicKeyOf(seed: Buffer): Buffer {
  const { x } = createPublicKey(privateKeyOf(seed)).export({ format: "jwk" });
  return Buffer.from(x ?? "", "base64url");
}
