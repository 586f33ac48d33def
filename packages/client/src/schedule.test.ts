import { describe, expect, it } from "vitest";
import { dueAge, usableFor } from "./schedule.ts";

describe("when a token is due to be replaced", () => {
  it.each([
    ["15 minutes", 900_000, 0, 630_000],
    ["15 minutes", 900_000, 0.5, 675_000],
    ["15 minutes", 900_000, 1, 720_000],
    ["5 minutes: a minute before its end", 300_000, 1, 240_000],
    ["5 minutes", 300_000, 0, 210_000],
    ["a minute", 60_000, 1, 48_000],
    ["ten seconds", 10_000, 0.5, 7500],
  ])("a token of %s", (_what, lifetime, random, age) => {
    expect(dueAge(lifetime, random)).toBeCloseTo(age, 5);
  });
});

describe("how long a token can be handed out", () => {
  it.each([
    ["until ten seconds before its end", 300_000, 0, undefined, 290_000],
    ["no longer then", 300_000, 290_000, undefined, 0],
    ["as long as was asked", 300_000, 0, 60_000, 240_000],
    ["for half its life at least, whatever was asked", 60_000, 0, 3_600_000, 30_000],
    ["for half a short life", 8000, 0, undefined, 4000],
    ["to its very end", 60_000, 59_000, 0, 1000],
  ])("%s", (_what, lifetime, age, minRemaining, left) => {
    expect(usableFor(lifetime, age, minRemaining)).toBe(left);
  });
});
