import { expect, it } from "vitest";
import { createRandom } from "./random.ts";

it("makes the same decisions for the same seed, and others for another", () => {
  const first = (seed: number) => {
    const random = createRandom(seed);
    return Array.from({ length: 20 }, () => random.below(1_000));
  };
  expect(first(1)).toEqual(first(1));
  expect(first(1)).not.toEqual(first(2));
});

it("chooses as the weights have it", () => {
  const random = createRandom(3);
  const counts = { often: 0, seldom: 0, never: 0 };
  for (let turn = 0; turn < 4_000; turn++) counts[random.weighted({ often: 3, never: 0, seldom: 1 })] += 1;
  expect(counts.never).toBe(0);
  expect(counts.often / counts.seldom).toBeGreaterThan(2.5);
  expect(counts.often / counts.seldom).toBeLessThan(3.5);
});
