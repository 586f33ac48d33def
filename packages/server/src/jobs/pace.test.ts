import { describe, expect, it } from "vitest";
import { adaptBatch, firstBatch, pauseAfter } from "./pace.ts";

describe("the next batch", () => {
  it.each<[string, number, number, number]>([
    ["is as large after one that took its time", 500, 40, 500],
    ["is half as large after a long one", 500, 61, 250],
    ["is twice as large after a short one", 250, 19, 500],
    ["is never larger than a thousand", 1_000, 1, 1_000],
    ["is never smaller than fifty, however slow the disk", 60, 9_000, 50],
  ])("%s", (_, limit, tookMs, expected) => {
    expect(adaptBatch(limit, tookMs)).toBe(expected);
  });

  it("grows again once the disk is fast again", () => {
    let limit = firstBatch;
    for (let batch = 0; batch < 10; batch++) limit = adaptBatch(limit, 500);
    expect(limit).toBe(50);
    for (let batch = 0; batch < 10; batch++) limit = adaptBatch(limit, 5);
    expect(limit).toBe(1_000);
  });
});

describe("the rest after a batch", () => {
  it.each([
    [25, 100],
    [0, 10],
    [60_000, 10_000],
  ])("that took %i ms is %i ms", (tookMs, expected) => {
    expect(pauseAfter(tookMs)).toBe(expected);
  });
});
