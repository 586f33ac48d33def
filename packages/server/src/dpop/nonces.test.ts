import { describe, expect, it } from "vitest";
import { createManualClock } from "../clock/clock.ts";
import { createKeyRing } from "../crypto/key-ring.ts";
import { createNonces } from "./nonces.ts";

const secret = Buffer.alloc(32, 1);
const former = Buffer.alloc(32, 2);
const clock = createManualClock(Date.UTC(2026, 2, 1));
const nonces = createNonces({ clock, keyRing: createKeyRing([secret]) });

describe("a nonce", () => {
  it("tells every node of the secret how old it is", () => {
    const nonce = nonces.issue();
    clock.advance(7_000);
    expect(createNonces({ clock, keyRing: createKeyRing([secret]) }).ageOf(nonce)).toBe(7_000);
  });

  it("of a former secret is known while that still reads", () => {
    const nonce = createNonces({ clock, keyRing: createKeyRing([former]) }).issue();
    expect(createNonces({ clock, keyRing: createKeyRing([secret, former]) }).ageOf(nonce)).toBe(0);
    expect(nonces.ageOf(nonce)).toBeNull();
  });

  it("is another in every second, and holds only what the RFC allows in a header", () => {
    const before = nonces.issue();
    clock.advance(1_000);
    expect(nonces.issue()).not.toBe(before);
    expect(before).toMatch(/^[A-Za-z0-9_-]{28}$/);
  });

  it("cannot be made later than it is", () => {
    const bytes = Buffer.from(nonces.issue(), "base64url");
    bytes.writeUInt32BE(bytes.readUInt32BE(1) + 3_600, 1);
    expect(nonces.ageOf(bytes.toString("base64url"))).toBeNull();
  });
});

it.each(["", "x", "0", "eyJhIjoxfQ", "A".repeat(28), "A".repeat(4_096), "nonce with blanks", "🦊"])(
  "%j is none of ours",
  (text) => {
    expect(nonces.ageOf(text)).toBeNull();
  },
);

it("has one spelling", () => {
  const nonce = nonces.issue();
  for (const spelling of [`${nonce}=`, `${nonce}\n`, `${nonce}A`, ` ${nonce}`])
    expect(nonces.ageOf(spelling)).toBeNull();
});
