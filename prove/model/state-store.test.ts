import { describe, expect, it } from "vitest";
import { createStateStore } from "./state-store.ts";

const bytesOf = (value: number) => Uint8Array.from(String(value), (digit) => Number(digit));

describe("the store of states", () => {
  it("keeps every state whole, in the order it came, however many there are", () => {
    const store = createStateStore();
    const count = 50_000;
    for (let value = 0; value < count; value++) store.add(bytesOf(value), Math.max(value - 1, 0));
    expect(store.size).toBe(count);
    for (const value of [0, 1, 9, 10, 1_023, 1_024, 1_025, 49_999]) {
      expect(store.read(value)).toEqual(bytesOf(value));
      expect(store.parentOf(value)).toBe(Math.max(value - 1, 0));
    }
  });

  it("keeps a state once, with the parent that found it first", () => {
    const store = createStateStore();
    for (const parent of [0, 7, 9]) {
      for (let value = 0; value < 5_000; value++) store.add(bytesOf(value), parent);
    }
    expect(store.size).toBe(5_000);
    expect(store.parentOf(4_999)).toBe(0);
  });

  it("tells a state from its beginning", () => {
    const store = createStateStore();
    store.add(Uint8Array.of(1, 2), 0);
    store.add(Uint8Array.of(1), 0);
    store.add(Uint8Array.of(1, 2, 0), 0);
    expect(store.size).toBe(3);
  });
});
