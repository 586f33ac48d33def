import fc from "fast-check";
import { expect, test } from "vitest";
import { createRecentMap } from "./recent-map.ts";

test("remembers what was used, and forgets what was not", () => {
  const recent = createRecentMap<number>({ maxEntries: 4 });
  recent.set("used", 0);
  for (let index = 0; index < 20; index += 1) {
    recent.set(`key-${index}`, index);
    expect(recent.get("used")).toBe(0);
  }
  expect(recent.get("key-19")).toBe(19);
  const held = Array.from({ length: 20 }, (_, index) => recent.get(`key-${index}`)).filter(
    (value) => value !== undefined,
  );
  expect(held.length).toBeLessThanOrEqual(3);
});

test("never tells what was not said last", () => {
  const key = fc.integer({ min: 0, max: 20 }).map(String);
  const step = fc.record({ key, value: fc.option(fc.nat()) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const recent = createRecentMap<number>({ maxEntries: 6 });
      const last = new Map<string, number>();
      for (const { key, value } of steps) {
        if (value === null) expect([undefined, last.get(key)]).toContain(recent.get(key));
        else {
          recent.set(key, value);
          last.set(key, value);
          expect(recent.get(key)).toBe(value);
        }
      }
    }),
  );
});
