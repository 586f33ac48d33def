import { describe, expect, it } from "vitest";
import { fromBase64url, toBase64url } from "./base64url.ts";
import { createSealer } from "./sealer.ts";

const secret = "the first secret of the tests, 32 bytes";
const other = "another secret of the tests, 32 bytes";
const sealer = createSealer([secret]);
const sealed = await sealer.seal("session:web", "Ada Lovelace");

describe("what was sealed", () => {
  it.each(["", "Ada Lovelace", "\u{1f510} ünïcode\n\0", "x".repeat(20_000)])(
    "is opened again (case %#)",
    async (text) => {
      expect(await sealer.open("session:web", await sealer.seal("session:web", text))).toBe(text);
    },
  );

  it("says nothing of what is inside, and looks different each time", async () => {
    expect(sealed).toMatch(/^[\w-]+$/);
    expect(await sealer.seal("session:web", "Ada Lovelace")).not.toBe(sealed);
    expect(atob(sealed.replaceAll("-", "+").replaceAll("_", "/"))).not.toContain("Ada");
  });

  it("is opened while its secret is among the secrets, and sealed with the first", async () => {
    const rotated = createSealer([other, secret]);
    expect(await rotated.open("session:web", sealed)).toBe("Ada Lovelace");
    const anew = await rotated.seal("session:web", "Ada Lovelace");
    expect(await sealer.open("session:web", anew)).toBeNull();
    expect(await createSealer([other]).open("session:web", anew)).toBe("Ada Lovelace");
  });
});

describe("what is not opened", () => {
  const bytes = fromBase64url(sealed) ?? new Uint8Array();
  const flipped = (at: number) => toBase64url(bytes.map((byte, index) => (index === at ? byte ^ 1 : byte)));

  it.each<[string, string]>([
    ["nothing", ""],
    ["a word", "garbage"],
    ["no base64url", `${sealed.slice(0, -4)}!=*/`],
    ["a quoted value", `"${sealed}"`],
    ["half of it", sealed.slice(0, sealed.length / 2)],
    ["all but its last character", sealed.slice(0, -1)],
    ["one character more", `${sealed}A`],
    ["two of them", sealed + sealed],
    ["another version", flipped(0)],
    ["another salt", flipped(1)],
    ["another text", flipped(33)],
    ["another tag", flipped(bytes.length - 1)],
    ["a head without a text", toBase64url(bytes.subarray(0, 33))],
    ["zeros", toBase64url(new Uint8Array(80))],
    ["more than any browser carries", "A".repeat(70_000)],
    ["a JWT", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ."],
  ])("%s", async (_case, text) => {
    expect(await sealer.open("session:web", text)).toBeNull();
  });

  it("for another purpose, or by another secret", async () => {
    expect(await sealer.open("attempt:web", sealed)).toBeNull();
    expect(await createSealer([other]).open("session:web", sealed)).toBeNull();
  });
});
