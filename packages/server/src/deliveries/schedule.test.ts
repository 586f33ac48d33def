import { describe, expect, it } from "vitest";
import { delayAfter, maximumSteps, parseRetryAfter, pauseAfter } from "./schedule.ts";

const hour = 3_600_000;

describe("the schedule", () => {
  it("has ten attempts over about 75 hours", () => {
    const delays = Array.from({ length: maximumSteps }, (_, step) => delayAfter(step + 1, null, 0.5));
    expect(maximumSteps).toBe(10);
    expect(delays.at(-1)).toBeNull();
    const total = delays.reduce<number>((sum, delay) => sum + (delay ?? 0), 0);
    expect(total / hour).toBeCloseTo(75.6, 1);
  });

  it("waits longer each time", () => {
    for (let step = 1; step < maximumSteps - 1; step++) {
      expect(delayAfter(step + 1, null, 0.5)).toBeGreaterThan(delayAfter(step, null, 0.5) ?? Number.NaN);
    }
  });

  it.each([
    [0, 4_500],
    [0.5, 5_000],
    [1, 5_500],
  ])("lets chance, here %f, move it by a tenth", (random, expected) => {
    expect(delayAfter(1, null, random)).toBe(expected);
  });

  it.each<[string, number, number]>([
    ["is never earlier than the receiver asked for", 2 * hour, 2 * hour],
    ["is not brought forward by it", 1_000, 5_000],
    ["does not let it ask for more than a day", 1_000 * hour, 24 * hour],
  ])("%s", (_, retryAfterMs, expected) => {
    expect(delayAfter(1, retryAfterMs, 0.5)).toBe(expected);
  });
});

it.each<[number, number | null, number]>([
  [0, null, 10_000],
  [9_999, null, 10_000],
  [40_000, null, 40_000],
  [100 * hour, null, 600_000],
  [40_000, 3_000, 3_000],
  [0, hour, hour],
  [0, 100 * hour, 24 * hour],
  [40_000, 0, 0],
])("a destination that has failed for %i ms and asks for %s is left alone for %i ms", (failing, asked, expected) => {
  expect(pauseAfter(failing, asked)).toBe(expected);
});

const now = Date.UTC(2026, 0, 2, 3, 4, 5);

it.each<[string | undefined, number | null]>([
  ["120", 120_000],
  ["0", 0],
  [" 7 ", 7_000],
  ["Fri, 02 Jan 2026 03:05:05 GMT", 60_000],
  ["Fri, 02 Jan 2026 03:04:00 GMT", 0],
  [undefined, null],
  ["", null],
  ["soon", null],
  ["1e9", null],
  ["12345678901", null],
  ["0x10", null],
])("Retry-After: %s asks for %s ms", (value, expected) => {
  expect(parseRetryAfter(value, now)).toBe(expected);
});
