import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHmacKey, hmacSha256 } from "./hmac.ts";

describe("HMAC-SHA-256", () => {
  it.each([
    ["0b".repeat(20), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"],
    [
      Buffer.from("Jefe").toString("hex"),
      "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ],
  ])("is what RFC 4231, section 4 has", (key, data, tag) => {
    expect(hmacSha256(createHmacKey(Buffer.from(key, "hex")), Buffer.from(data)).toString("hex")).toBe(tag);
  });

  it("is what Node makes, for every key and all data", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.uint8Array({ maxLength: 300 }), (key, data) => {
        expect(hmacSha256(createHmacKey(key), data)).toEqual(createHmac("sha256", key).update(data).digest());
      }),
    );
  });

  it("takes no key longer than a block", () => {
    expect(() => createHmacKey(Buffer.alloc(65))).toThrow(TypeError);
  });
});
