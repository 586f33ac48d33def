import { seconds } from "@holdfast/client/testing";
import { describe, expect, it } from "vitest";
import { createFamilies, formatToken, type OldTokenRule } from "./families.ts";
import { endOnReuse, overlapOf, supabaseReuse, workosReplay } from "./rules.ts";

/** Presents the token of that number at that second, and is answered with that one, or refused. */
type Step = readonly [presented: number, at: number, answered: number | null];

const twice: readonly Step[] = [
  [1, 0, 2],
  [2, 100, 3],
];

const histories: readonly { name: string; rule: OldTokenRule; steps: readonly Step[] }[] = [
  { name: "any reuse ends it", rule: endOnReuse, steps: [...twice, [2, 101, null], [3, 102, null]] },
  {
    name: "an overlap lets the previous one pass",
    rule: overlapOf(seconds(30)),
    steps: [...twice, [2, 129, 3], [3, 200, 4]],
  },
  { name: "an overlap ends", rule: overlapOf(seconds(30)), steps: [...twice, [2, 130, null], [3, 131, null]] },
  {
    name: "the one before the previous ends it",
    rule: overlapOf(seconds(30)),
    steps: [
      [1, 0, 2],
      [2, 1, 3],
      [1, 2, null],
      [3, 3, null],
    ],
  },
  { name: "Supabase takes the parent at any time", rule: supabaseReuse, steps: [...twice, [2, 9000, 3], [3, 9001, 4]] },
  {
    name: "Supabase takes any within 10 s",
    rule: supabaseReuse,
    steps: [
      [1, 0, 2],
      [2, 1, 3],
      [1, 9, 3],
      [1, 10, null],
      [3, 11, null],
    ],
  },
  {
    name: "WorkOS repeats for 30 s, then refuses that token",
    rule: workosReplay,
    steps: [
      [1, 0, 2],
      [1, 29, 2],
      [1, 30, null],
      [2, 31, 3],
    ],
  },
];

describe("the vendors' rules for a refresh token that comes again", () => {
  it.each(histories)("$name", ({ rule, steps }) => {
    const families = createFamilies(rule);
    const family = families.begin("ada");
    const present = ([number, at]: Step) => families.exchange(formatToken(family, number), seconds(at))?.number ?? null;
    expect(steps.map(present)).toEqual(steps.map(([, , answered]) => answered));
  });

  it("refuses what it never issued", () => {
    expect(createFamilies(endOnReuse).exchange("nonsense", 0)).toBeNull();
  });
});
