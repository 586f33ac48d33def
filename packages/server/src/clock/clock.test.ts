import { describe, expect, it } from "vitest";
import { createManualClock, systemClock, toNumericDate } from "./clock.ts";

describe("a manual clock", () => {
  it("stands still until it is moved", () => {
    const clock = createManualClock(1_000);
    expect([clock.now(), clock.now()]).toEqual([1_000, 1_000]);
    clock.advance(500);
    expect(clock.now()).toBe(1_500);
    clock.set(7);
    expect(clock.now()).toBe(7);
  });

  it("starts now unless told", () => {
    const before = Date.now();
    expect(createManualClock().now()).toBeGreaterThanOrEqual(before);
    expect(systemClock.now()).toBeGreaterThanOrEqual(before);
  });
});

it.each([
  [0, 0],
  [999, 0],
  [1_000, 1],
  [1_700_000_000_999, 1_700_000_000],
])("%i ms are %i whole seconds: a NumericDate never lies ahead", (milliseconds, seconds) => {
  expect(toNumericDate(milliseconds)).toBe(seconds);
});
