import { createHmac, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** What a sender sends beside the body. */
export interface SignedHeaders {
  readonly "webhook-id": string;
  readonly "webhook-timestamp": string;
  readonly "webhook-signature": string;
}

export function createWebhookSecret(bytes = 32): string {
  return `whsec_${randomBytes(bytes).toString("base64")}`;
}

/** Signs as Standard Webhooks 1.0.0 says, written from its text with node's own crypto. */
export function signWebhook(secret: string, { id, seconds, body }: WebhookParts): SignedHeaders {
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const signature = createHmac("sha256", key).update(signedBytes({ id, seconds, body })).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": String(seconds), "webhook-signature": `v1,${signature}` };
}

export interface WebhookParts {
  readonly id: string;
  /** Since 1970. */
  readonly seconds: number;
  readonly body: string | Uint8Array;
}

/** A key pair for `v1a`: the public key as `whpk_…`, and what signs. */
export function createWebhookKeyPair(): {
  readonly publicKey: string;
  signWebhook(parts: WebhookParts): SignedHeaders;
} {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  return {
    publicKey: `whpk_${rawPublicKey(publicKey).toString("base64")}`,
    signWebhook({ id, seconds, body }) {
      const signature = sign(null, signedBytes({ id, seconds, body }), privateKey).toString("base64");
      return { "webhook-id": id, "webhook-timestamp": String(seconds), "webhook-signature": `v1a,${signature}` };
    },
  };
}

function signedBytes({ id, seconds, body }: WebhookParts): Buffer {
  return Buffer.concat([Buffer.from(`${id}.${seconds}.`), Buffer.from(body)]);
}

function rawPublicKey(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: "jwk" }).x ?? "", "base64url");
}
