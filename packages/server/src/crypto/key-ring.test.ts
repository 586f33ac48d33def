import { createHash, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createKeyRing } from "./key-ring.ts";

const secret = randomBytes(32);
const ring = createKeyRing([secret]);
const bytes = fc.uint8Array({ maxLength: 300 });

describe("what is sealed", () => {
  it("opens again, whatever it is", () => {
    fc.assert(
      fc.property(bytes, fc.string(), (plaintext, purpose) => {
        expect(ring.open(ring.seal(plaintext, purpose), purpose)).toEqual(Buffer.from(plaintext));
      }),
    );
  });

  it("opens again, however many purposes there were since", () => {
    const sealed = ring.seal(Buffer.from("secret"), "first");
    for (let index = 0; index < 1_100; index++) ring.tag(Buffer.of(), `tag ${index}`);
    for (let index = 0; index < 1_100; index++) ring.open(sealed, `seal ${index}`);
    expect(ring.open(sealed, "first")?.toString()).toBe("secret");
  });

  it("looks different every time", () => {
    expect(ring.seal(Buffer.from("same"), "test")).not.toEqual(ring.seal(Buffer.from("same"), "test"));
  });

  it("opens for no other purpose", () => {
    expect(ring.open(ring.seal(Buffer.from("secret"), "one"), "two")).toBeNull();
  });

  it("does not open with a bit changed anywhere", () => {
    const sealed = ring.seal(Buffer.from("secret"), "test");
    for (let index = 0; index < sealed.length; index++) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(index) ^ 0x10, index);
      expect(ring.open(changed, "test")).toBeNull();
    }
  });

  it("does not open cut short, at any length", () => {
    const sealed = ring.seal(Buffer.from("secret"), "test");
    for (let length = 0; length < sealed.length; length++) {
      expect(ring.open(sealed.subarray(0, length), "test")).toBeNull();
    }
  });

  it("opens with a former secret, and with no other", () => {
    const sealed = ring.seal(Buffer.from("secret"), "test");
    expect(
      createKeyRing([randomBytes(32), secret])
        .open(sealed, "test")
        ?.toString(),
    ).toBe("secret");
    expect(createKeyRing([randomBytes(32)]).open(sealed, "test")).toBeNull();
  });

  it("opens with the right one of two secrets that share their id byte", () => {
    const idOf = (each: Uint8Array) => createHash("sha256").update(each).digest()[0];
    let twin = randomBytes(32);
    while (idOf(twin) !== idOf(secret)) twin = randomBytes(32);
    const both = createKeyRing([twin, secret]);
    expect(both.open(ring.seal(Buffer.from("former"), "test"), "test")?.toString()).toBe("former");
    expect(ring.open(both.seal(Buffer.from("new"), "test"), "test")).toBeNull();
    const tag = ring.tag(Buffer.from("data"), "test");
    expect(both.isTag(tag, ring.keyId, Buffer.from("data"), "test")).toBe(true);
  });
});

describe("a tag", () => {
  it("is right for its data, purpose and secret, and for nothing else", () => {
    fc.assert(
      fc.property(bytes, bytes, (data, other) => {
        const tag = ring.tag(data, "test");
        expect(tag).toHaveLength(16);
        expect(ring.isTag(tag, ring.keyId, data, "test")).toBe(true);
        expect(ring.isTag(tag, ring.keyId, data, "another")).toBe(false);
        expect(ring.isTag(tag, (ring.keyId + 1) % 256, data, "test")).toBe(false);
        if (!Buffer.from(data).equals(Buffer.from(other)))
          expect(ring.isTag(tag, ring.keyId, other, "test")).toBe(false);
      }),
    );
  });

  it("cut short is wrong: an empty tag is no proof", () => {
    const data = Buffer.from("data");
    const tag = ring.tag(data, "test");
    for (let length = 0; length < tag.length; length++) {
      expect(ring.isTag(tag.subarray(0, length), ring.keyId, data, "test")).toBe(false);
    }
  });

  it("is made by the current secret, and that of a former one is still right", () => {
    const data = Buffer.from("data");
    const current = createKeyRing([randomBytes(32), secret]);
    expect(current.isTag(ring.tag(data, "test"), ring.keyId, data, "test")).toBe(true);
    expect(ring.isTag(current.tag(data, "test"), current.keyId, data, "test")).toBe(false);
  });
});

describe("a key ring", () => {
  it.each<[string, Uint8Array[]]>([
    ["no secret", []],
    ["a secret of 31 bytes", [randomBytes(31)]],
    ["a former secret that is empty", [randomBytes(32), Buffer.alloc(0)]],
  ])("is not made of %s", (_case, secrets) => {
    expect(() => createKeyRing(secrets)).toThrow(TypeError);
  });
});
