import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { goodClaims } from "../testing/signer.ts";
import { datableOf } from "./claims-changes.ts";
import { revocableOf } from "./revocations.ts";
import type { Verdict } from "./verdict.ts";
import { createVerdictCache } from "./verdict-cache.ts";

const claims = goodClaims("https://id.example.com");
const key = { kid: "key-1", algorithm: "ES256", cryptoKey: {} as CryptoKey } as const;

function verdictOn(token: string): Verdict {
  return { token, claims, key, revocable: revocableOf(claims), datable: datableOf(claims) };
}

/** Tokens of 20 characters that differ in their last sixteen. */
const tokenOf = (number: number) => `head${String(number).padStart(16, "0")}`;
const tokens = (count: number, from = 0) => Array.from({ length: count }, (_, index) => tokenOf(from + index));

describe("finds", () => {
  test("the verdict on a token in another string of the same characters", () => {
    const cache = createVerdictCache({ maxEntries: 10 });
    const verdict = verdictOn(tokenOf(1));
    cache.set(verdict);
    expect(cache.get(["head", tokenOf(1).slice(4)].join(""))).toBe(verdict);
  });

  test.each([
    ["a different beginning", `HEAD${tokenOf(1).slice(4)}`],
    ["a character more", `x${tokenOf(1)}`],
    ["a character less", tokenOf(1).slice(1)],
    ["no more than the same end", tokenOf(1).slice(-16)],
    ["the same end and a dot", `.${tokenOf(1).slice(-16)}`],
    ["nothing at all", ""],
  ])("nothing for a token with %s", (_, token) => {
    const cache = createVerdictCache({ maxEntries: 10 });
    cache.set(verdictOn(tokenOf(1)));
    expect(cache.get(token)).toBeUndefined();
  });

  test("for two tokens of the same end the later one, and never one for the other", () => {
    const cache = createVerdictCache({ maxEntries: 10 });
    const [one, other] = [verdictOn(`one${tokenOf(1)}`), verdictOn(`other${tokenOf(1)}`)];
    cache.set(one);
    expect(cache.get(other.token)).toBeUndefined();
    cache.set(other);
    expect(cache.get(one.token)).toBeUndefined();
    expect(cache.get(other.token)).toBe(other);
    expect(cache.size).toBe(1);
  });

  test("for two tokens of the same end the later one, also when the earlier one is in the old half", () => {
    const cache = createVerdictCache({ maxEntries: 4 });
    for (const token of [`one${tokenOf(1)}`, tokenOf(2), tokenOf(3)]) cache.set(verdictOn(token));
    expect(cache.get(`other${tokenOf(1)}`)).toBeUndefined();
    cache.set(verdictOn(`other${tokenOf(1)}`));
    expect(cache.get(`one${tokenOf(1)}`)).toBeUndefined();
    expect(cache.size).toBe(3);
  });
});

describe("holds", () => {
  test("at least the latest half of its tokens, and never more than it may", () => {
    const cache = createVerdictCache({ maxEntries: 100 });
    for (const token of tokens(1000)) {
      cache.set(verdictOn(token));
      expect(cache.size).toBeLessThanOrEqual(100);
    }
    for (const token of tokens(50, 950)) expect(cache.get(token)).toBeDefined();
    expect(cache.get(tokenOf(0))).toBeUndefined();
  });

  test("a token that is in use, however many others come", () => {
    const cache = createVerdictCache({ maxEntries: 100 });
    const verdict = verdictOn(tokenOf(-1));
    cache.set(verdict);
    for (const [index, token] of tokens(10_000).entries()) {
      cache.set(verdictOn(token));
      if (index % 49 === 0) expect(cache.get(verdict.token)).toBe(verdict);
    }
  });

  test("a token once, however often it is set", () => {
    const cache = createVerdictCache({ maxEntries: 10 });
    cache.set(verdictOn(tokenOf(2)));
    for (let time = 0; time < 100; time += 1) cache.set(verdictOn(tokenOf(time % 2)));
    expect(cache.size).toBe(3);
    expect(cache.get(tokenOf(2))).toBeDefined();
  });

  test("fewer of longer tokens, by their length", () => {
    const cache = createVerdictCache({ maxEntries: 80 });
    for (const token of tokens(200)) cache.set(verdictOn(token.padStart(8192, "x")));
    expect(cache.size).toBeLessThanOrEqual(10);
    expect(cache.get(tokenOf(199).padStart(8192, "x"))).toBeDefined();
  });

  test("no token that would take more than half of it", () => {
    const cache = createVerdictCache({ maxEntries: 4 });
    cache.set(verdictOn(tokenOf(1)));
    cache.set(verdictOn(tokenOf(2).padStart(2049, "x")));
    expect(cache.get(tokenOf(2).padStart(2049, "x"))).toBeUndefined();
    expect(cache.get(tokenOf(1))).toBeDefined();
  });

  test("nothing when it may hold nothing", () => {
    const cache = createVerdictCache({ maxEntries: 0 });
    cache.set(verdictOn(tokenOf(1)));
    expect(cache.get(tokenOf(1))).toBeUndefined();
    expect(cache.size).toBe(0);
  });
});

test("answers with the latest verdict on exactly the token or with none, within its bounds, in whatever order", () => {
  const step = fc.record({
    kind: fc.constantFrom("get", "set"),
    beginning: fc.constantFrom("a", "b", "c"),
    end: fc.nat(12),
  });
  const run = fc.record({
    maxEntries: fc.integer({ min: 2, max: 12 }),
    length: fc.constantFrom(100, 1024, 1025, 3000),
    steps: fc.array(step, { maxLength: 60 }),
  });
  fc.assert(
    fc.property(run, ({ maxEntries, length, steps }) => {
      const cache = createVerdictCache({ maxEntries });
      const latest = new Map<string, Verdict>();
      for (const { kind, beginning, end } of steps) {
        const token = tokenOf(end).padStart(length, beginning);
        if (kind === "set") {
          latest.set(token, verdictOn(token));
          cache.set(latest.get(token) as Verdict);
        }
        const found = cache.get(token);
        if (found) expect(found).toBe(latest.get(token));
        expect(cache.size * Math.ceil(length / 1024)).toBeLessThanOrEqual(maxEntries);
      }
    }),
    { numRuns: 500 },
  );
});
