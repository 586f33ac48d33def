import { createPublicKey, type JsonWebKey, type KeyObject, verify } from "node:crypto";

/** A JWT in compact form, taken apart; nothing of it is verified. */
export interface CompactJwt {
  readonly kid: string;
  readonly type: string | undefined;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/** Takes a JWT apart (RFC 7515, section 7.1); null when it is none, or none that we could have signed. */
export function parseJwt(text: string): CompactJwt | null {
  const [, header = "", payload = "", signature = ""] = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(text) ?? [];
  const { alg, kid, typ, crit } = parseObject(header) ?? {};
  const claims = parseObject(payload);
  // Only our own algorithm, and nothing that we would have to understand (RFC 7515, section 4.1.11).
  if (!claims || alg !== "ES256" || typeof kid !== "string" || crit !== undefined) return null;
  return {
    kid,
    type: typeof typ === "string" ? typ : undefined,
    claims,
    signed: Buffer.from(`${header}.${payload}`),
    signature: Buffer.from(signature, "base64url"),
  };
}

/** Whether a key of ours has signed it. */
export function isSignedBy({ signed, signature }: CompactJwt, key: KeyObject): boolean {
  return verify("sha256", signed, { key, dsaEncoding: "ieee-p1363" }, signature);
}

export function openPublicKey(jwk: JsonWebKey): KeyObject {
  return createPublicKey({ key: jwk, format: "jwk" });
}

function parseObject(part: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
