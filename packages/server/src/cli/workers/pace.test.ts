import { describe, expect, test } from "vitest";
import { createPace } from "./pace.ts";

describe("the pace at which workers are started again", () => {
  test("is slower after each early end, to half a minute", () => {
    const pace = createPace();
    const waits = Array.from({ length: 9 }, () => pace.next(10));
    expect(waits.slice(0, 3)).toEqual([500, 1_000, 2_000]);
    expect(waits.at(-1)).toBe(30_000);
  });

  test("is quick again after one that lived", () => {
    const pace = createPace();
    for (let turn = 0; turn < 9; turn++) pace.next(10);
    expect(pace.next(60_000)).toBe(250);
  });
});
