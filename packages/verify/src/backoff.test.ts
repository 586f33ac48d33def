import { expect, test } from "vitest";
import { reconnectDelayMs } from "./backoff.ts";

test.each([
  [0, 125, 250],
  [1, 250, 500],
  [3, 1000, 2000],
  [6, 5000, 10_000],
  [1000, 5000, 10_000],
])("after %i failures waits %i to %i ms", (failures, least, most) => {
  expect(reconnectDelayMs({ failures, random: () => 0 })).toBe(least);
  expect(reconnectDelayMs({ failures, random: () => 0.9999 })).toBe(most);
});

test.each([
  [1_000, 1_000, 1_500],
  [30_000, 30_000, 45_000],
  [3_600_000, 60_000, 90_000],
  [100, 125, 250],
])("waits at least the %i ms that the server wants, up to a minute, and half as long again", (leastMs, least, most) => {
  expect(reconnectDelayMs({ failures: 0, leastMs, random: () => 0 })).toBe(least);
  expect(reconnectDelayMs({ failures: 0, leastMs, random: () => 0.9999 })).toBeCloseTo(most, -1);
});

test.each([
  [2000, 2000],
  [0, 50],
  [3_600_000, 10_000],
])("begins with the server's retry of %i ms, within bounds", (baseMs, most) => {
  expect(reconnectDelayMs({ failures: 0, baseMs, random: () => 0.9999 })).toBe(most);
});
