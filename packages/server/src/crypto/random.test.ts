import { expect, it } from "vitest";
import { takeRandom } from "./random.ts";

it("gives as many as asked for, also where what was drawn ends", () => {
  for (let round = 0; round < 1_000; round++) {
    for (const length of [1, 7, 16, 32, 1_024]) expect(takeRandom(length)).toHaveLength(length);
  }
});

it("never gives the same bytes twice", () => {
  const taken = Array.from({ length: 20_000 }, () => takeRandom(16).toString("hex"));
  expect(new Set(taken).size).toBe(taken.length);
});

it("gives bytes of which whoever holds them may do what they like", () => {
  const first = takeRandom(16);
  const copy = Buffer.from(first);
  for (let round = 0; round < 1_000; round++) takeRandom(16);
  expect(first).toEqual(copy);
});
