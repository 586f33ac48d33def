import { createPublicKey } from "node:crypto";
import { jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import { createKeyRing } from "../crypto/key-ring.ts";
import { generateKey, openKey, signJwt } from "./signing-key.ts";

const keyRing = createKeyRing([Buffer.alloc(32, 7)]);
const now = new Date();
const stored = await generateKey(keyRing, { createdAt: now, activatesAt: now });

describe("a signature", () => {
  // One coordinate in 256 begins with a zero byte, which DER leaves out: of so many, some do.
  it("has both coordinates in full, however small they are", async () => {
    const key = openKey(keyRing, stored);
    const publicKey = createPublicKey({ key: stored.publicJwk, format: "jwk" });
    const tokens = await Promise.all(Array.from({ length: 1_500 }, (_, index) => signJwt(key, "at+jwt", { index })));
    expect(tokens.some((token) => signatureOf(token)[0] === 0)).toBe(true);
    expect(tokens.some((token) => signatureOf(token)[32] === 0)).toBe(true);
    for (const token of tokens) {
      expect(signatureOf(token)).toHaveLength(64);
      await jwtVerify(token, publicKey, { algorithms: ["ES256"] });
    }
  });
});

function signatureOf(token: string): Buffer {
  return Buffer.from(token.slice(token.lastIndexOf(".") + 1), "base64url");
}
