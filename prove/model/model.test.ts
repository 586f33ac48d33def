import { describe, expect, it } from "vitest";
import { checkWorld } from "./check.ts";
import type { InvariantName } from "./invariants.ts";
import { changeRules, everyRule, type RuleName, ruleNames, rules, rulesInForce } from "./rules.ts";
import { verdictOrder } from "./verdicts.ts";
import { walk } from "./walk.testing.ts";
import { createWorld, type WorldName, worldNames } from "./worlds.ts";

const now = () => 0;
const small = { size: "small", now } as const;

describe("the protocol as it is, its client's part included: no history breaks an invariant", () => {
  it.each(worldNames)("in the world %s", (name) => {
    const result = checkWorld(name, { ...small, rules: rulesInForce, stopAtFirst: false });
    expect(result.broken).toEqual([]);
    expect(result.isComplete).toBe(true);
  });
});

describe("each rule is needed", () => {
  const breaks: Record<RuleName, InvariantName | null> = {
    malformed: "I3",
    unknown: "I1",
    revoked: "I2",
    "revoked-first": "I2",
    expired: "L1",
    unbound: "L2",
    renewed: "I3",
    rotated: "I3",
    replayed: "I3",
    overlapped: "I3",
    recovered: "I3",
    reused: "I4",
    "one-statement": "I5",
    "row-lock": "I2",
    "commit-before-reply": "I2",
    "event-in-statement": "I5",
    "derived-successor": "I1",
    "attempt-in-row": "I6",
    "shared-clock": "I6",
    "overlap-of-its-own": "I4",
    "recovery-fills-the-gap": "I3",
    "key-persisted": "I3",
    "key-outlives-answer": "I3",
    "read-with-send": "I3",
    "highest-generation": "I3",
    "overlap-from-use": "I3",
    // An alternative is off already.
    "replay-restarts-overlap": null,
    "cookie-per-generation": "I3",
    "latest-clears-key": "I3",
    "one-pending-key": "I3",
    deadline: "I3",
    epoch: "I2",
    "idle-from-promotion": "I3",
  };

  it.each(ruleNames.filter((name) => everyRule[name]))("without %s there is a history that breaks", (name) => {
    const options = { ...small, rules: changeRules(everyRule, [name]), stopAtFirst: true };
    const [first] = checkWorld(rules[name].witness, options).broken;
    expect(first?.invariant).toBe(breaks[name]);
    expect(first?.history.length).toBeGreaterThan(1);
  });

  it("and an alternative is told from the rule it would stand for", () => {
    const rulesInstead = changeRules(everyRule, ["overlap-from-use"], ["replay-restarts-overlap"]);
    const breaksIn = (name: WorldName) =>
      checkWorld(name, { ...small, rules: rulesInstead, stopAtFirst: true }).broken.length > 0;
    expect(breaksIn("tabs")).toBe(false);
    expect(breaksIn("slow-tabs")).toBe(true);
    expect(breaksIn("failover")).toBe(true);
  });
});

describe("the worlds", () => {
  it("see every verdict: one that never falls would hold whatever it said", () => {
    const seen = new Set<string>();
    for (const name of ["forgers", "insiders", "bound", "limits", "failover-of-a-revocation"] as const) {
      walk(createWorld(name, "small"), everyRule, (step) => {
        for (const [, word = ""] of step.says().matchAll(/: (\w+)/g)) seen.add(word);
      });
    }
    expect(verdictOrder.filter((verdict) => !seen.has(verdict))).toEqual([]);
  });
});
