import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatUuid, isUuid, parseUuid, uuidv7 } from "./uuid.ts";

const times = fc.integer({ min: 0, max: 2 ** 48 - 1 });

describe("a UUID of version 7", () => {
  it("has the version, the variant and the time where RFC 9562, section 5.7 has them", () => {
    fc.assert(
      fc.property(times, (now) => {
        const uuid = uuidv7(now);
        expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(Number.parseInt(uuid.replaceAll("-", "").slice(0, 12), 16)).toBe(now);
        expect(isUuid(uuid)).toBe(true);
      }),
    );
  });

  it("sorts by time, as text and as bytes", () => {
    fc.assert(
      fc.property(times, times, (one, other) => {
        fc.pre(one < other);
        expect(uuidv7(one) < uuidv7(other)).toBe(true);
        expect(Buffer.compare(parseUuid(uuidv7(one)), parseUuid(uuidv7(other)))).toBe(-1);
      }),
    );
  });

  it("sorts in the order they were made within one millisecond as well", () => {
    const made = Array.from({ length: 2_000 }, () => uuidv7(1_700_000_000_123));
    expect(made.toSorted()).toEqual(made);
  });

  it("is never made twice, not even in one millisecond", () => {
    expect(new Set(Array.from({ length: 10_000 }, () => uuidv7(1_700_000_000_000))).size).toBe(10_000);
  });
});

describe("the two forms of a UUID", () => {
  it("say the same, also from the middle of other bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 48, maxLength: 48 }), fc.integer({ min: 0, max: 32 }), (bytes, offset) => {
        const middle = bytes.subarray(offset, offset + 16);
        expect(isUuid(formatUuid(middle))).toBe(true);
        expect(parseUuid(formatUuid(middle))).toEqual(Buffer.from(middle));
      }),
    );
  });

  it.each([
    ["nothing", ""],
    ["no dashes", "01890a5d7b1c7def8a1b0123456789ab"],
    ["capitals", "01890A5D-7B1C-7DEF-8A1B-0123456789AB"],
    ["braces", "{01890a5d-7b1c-7def-8a1b-0123456789ab}"],
    ["a line break behind", "01890a5d-7b1c-7def-8a1b-0123456789ab\n"],
    ["one digit more", "01890a5d-7b1c-7def-8a1b-0123456789abc"],
    ["another letter", "01890a5d-7b1c-7def-8a1b-0123456789ag"],
  ])("is not read from %s", (_case, text) => {
    expect(isUuid(text)).toBe(false);
  });
});
