import { describe, expect, it } from "vitest";
import { checkWorld } from "./check.ts";
import { describeRule, describeRules, describeWorlds, isHeld } from "./report.ts";
import { changeRules, everyRule } from "./rules.ts";

const options = { size: "small", stopAtFirst: true, now: () => 0 } as const;
const withoutLimit = checkWorld("limits", { ...options, rules: changeRules(everyRule, ["expired"]) });
const insiders = checkWorld("insiders", { ...options, rules: everyRule });

describe("the report", () => {
  it("says of each world what was visited and what held", () => {
    const [header, first, second, totals] = describeWorlds([insiders, withoutLimit]).split("\n");
    expect(header?.split(/\s+/).slice(0, 6)).toEqual(["world", "states", "transitions", "depth", "seconds", "I1"]);
    expect(first).toMatch(/^insiders +\d+ .*holds$/);
    expect(second).toMatch(/^limits .*BROKEN +holds$/);
    expect(totals?.trim()).toMatch(/^[\d,]+ +[\d,]+ +0\.0$/);
  });

  it("tells a broken history step by step, under the rule that is missing", () => {
    expect(describeRule({ ...withoutLimit, rule: "expired" }).split("\n")).toEqual([
      "expired (server): a grant past its limit answers nobody.",
      "Without it limits are written and never looked at.",
      "L1 is broken: nothing is answered past its limit",
      "  world: one client and an idle limit",
      "   1  time passes: the overlap",
      "   2  time passes: the overlap",
      "   3  tab A sends generation 1 under key 1",
      "   4  node A judges tab A's request (generation 1, key 1): rotated, answered with generation 2",
    ]);
  });

  it("admits that nothing was found", () => {
    const result = { ...insiders, rule: "expired" } as const;
    expect(describeRule(result)).toContain("Nothing breaks within the bounds.");
    expect(describeRules([result])).toContain("nothing found");
  });

  it("holds only what is complete and unbroken", () => {
    expect(isHeld([insiders])).toBe(true);
    expect(isHeld([insiders, withoutLimit])).toBe(false);
    expect(isHeld([{ ...insiders, isComplete: false }])).toBe(false);
  });
});
