import { expect, it } from "vitest";
import { createManualClock } from "../clock/clock.ts";
import { createSeenProofs } from "./seen-proofs.ts";

const windowMs = 120_000;
const proof = { jkt: "key", jti: "1" };

function createMemory(maximum = 100) {
  const clock = createManualClock(0);
  return { clock, seen: createSeenProofs({ clock, windowMs, maximum }) };
}

it("knows a proof again for the whole window, whenever it came within one", () => {
  for (const cameAt of [0, 1, windowMs / 2, windowMs - 1, windowMs]) {
    const { clock, seen } = createMemory();
    clock.set(cameAt);
    expect(seen.note(proof)).toBe(true);
    for (const later of [0, windowMs / 2, windowMs - 1]) {
      clock.set(cameAt + later);
      expect(seen.note(proof), `${later} ms after ${cameAt}`).toBe(false);
    }
  }
});

it("tells keys and proofs apart", () => {
  const { seen } = createMemory();
  expect(seen.note(proof)).toBe(true);
  expect(seen.note({ ...proof, jkt: "other" })).toBe(true);
  expect(seen.note({ ...proof, jti: "2" })).toBe(true);
});

it("forgets in the end", () => {
  const { clock, seen } = createMemory();
  seen.note(proof);
  clock.advance(windowMs);
  seen.note({ ...proof, jti: "2" });
  clock.advance(windowMs);
  expect(seen.note(proof)).toBe(true);
});

it("holds two windows' worth at most, and the newest of them", () => {
  const { seen } = createMemory(10);
  for (let index = 0; index < 25; index += 1) seen.note({ jkt: "key", jti: String(index) });
  expect(seen.note({ jkt: "key", jti: "24" })).toBe(false);
  expect(seen.note({ jkt: "key", jti: "15" })).toBe(false);
  expect(seen.note({ jkt: "key", jti: "0" })).toBe(true);
});

it("goes on when the clock is set back", () => {
  const { clock, seen } = createMemory();
  clock.set(1_000_000);
  seen.note(proof);
  clock.set(0);
  expect(seen.note(proof)).toBe(false);
});
