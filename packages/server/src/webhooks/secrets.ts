import { randomBytes } from "node:crypto";
import { AppError } from "../http/app-error.ts";
import { publicKeyOf, type SignatureScheme, type SigningSecret } from "./signature.ts";

const fewestBytes = 24;
const mostBytes = 64;

/** Makes the secret of an endpoint: 32 random bytes. */
export function createSecret(scheme: SignatureScheme): SigningSecret {
  return { scheme, key: randomBytes(32) };
}

/**
 * Reads a shared secret that somebody brings along: `whsec_` and 24 to 64 bytes in base64.
 *
 * @throws AppError `invalid_request`
 */
export function parseSecret(text: string): SigningSecret {
  const [, encoded = ""] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const key = Buffer.from(encoded, "base64");
  // Buffer forgives what is no base64: only what reads back the same was.
  const isBase64 = key.toString("base64").replace(/=+$/, "") === encoded.replace(/=+$/, "");
  if (!isBase64 || key.length < fewestBytes || key.length > mostBytes) {
    throw new AppError(
      "invalid_request",
      `A webhook's secret is whsec_ and ${fewestBytes} to ${mostBytes} random bytes in base64.`,
    );
  }
  return { scheme: "v1", key };
}

/** What the receiver verifies with: the shared secret (`whsec_`), or the public key (`whpk_`), which is no secret. */
export function formatForReceiver({ scheme, key }: SigningSecret): string {
  return scheme === "v1" ? `whsec_${key.toString("base64")}` : `whpk_${publicKeyOf(key).toString("base64")}`;
}
