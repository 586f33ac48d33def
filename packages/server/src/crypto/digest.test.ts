import { describe, expect, it } from "vitest";
import { isSameSecret, randomSecret, sha256 } from "./digest.ts";

describe("secrets", () => {
  it("are compared to the last byte, and lengths that differ are no error", () => {
    expect(isSameSecret(Buffer.from("abc"), Buffer.from("abc"))).toBe(true);
    expect(isSameSecret(Buffer.from("abc"), Buffer.from("abd"))).toBe(false);
    expect(isSameSecret(Buffer.from("abc"), Buffer.from("ab"))).toBe(false);
    expect(isSameSecret(Buffer.from("abc"), Buffer.alloc(0))).toBe(false);
  });

  it("are random, of the length asked for, and fit into an address", () => {
    expect(randomSecret()).toMatch(/^[\w-]{43}$/);
    expect(randomSecret(16)).toMatch(/^[\w-]{22}$/);
    expect(new Set(Array.from({ length: 1_000 }, () => randomSecret(16))).size).toBe(1_000);
  });

  it("are hashed with SHA-256", () => {
    // FIPS 180-2, appendix B.1.
    expect(sha256("abc").toString("hex")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});
