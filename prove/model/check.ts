import { explore } from "./explorer.ts";
import type { InvariantName } from "./invariants.ts";
import { createModel } from "./model.ts";
import { changeRules, everyRule, type RuleName, type RuleSet, ruleNames, rules } from "./rules.ts";
import { createWorld, type Size, type WorldName, worldNames } from "./worlds.ts";

// A bound on memory: five million states were measured to take 780 MB.
const maximumStates = 20_000_000;

export interface WorldResult {
  readonly world: WorldName;
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly milliseconds: number;
  /** Whether everything within the bounds was visited; not so when it was to stop at the first break. */
  readonly isComplete: boolean;
  /** The shortest history found for each broken invariant, a line a step. */
  readonly broken: readonly { readonly invariant: InvariantName; readonly history: readonly string[] }[];
}

export interface CheckOptions {
  readonly size: Size;
  readonly rules: RuleSet;
  readonly stopAtFirst: boolean;
  /** Milliseconds, from anywhere. */
  readonly now: () => number;
}

export function checkWorld(name: WorldName, { size, rules: inForce, stopAtFirst, now }: CheckOptions): WorldResult {
  const begun = now();
  const { broken, ...figures } = explore(createModel(createWorld(name, size), inForce), { stopAtFirst, maximumStates });
  return {
    world: name,
    ...figures,
    milliseconds: Math.round(now() - begun),
    broken: [...broken].map(([invariant, history]) => ({ invariant: invariant as InvariantName, history })),
  };
}

/** A rule switched off, and what the checker found for it. */
export interface RuleResult extends WorldResult {
  readonly rule: RuleName;
}

/**
 * Switches each rule off, one at a time, with all others in force (the proposed ones too), in the small world where its
 * absence shows. A result that breaks nothing says that within these bounds nobody needs the rule.
 */
export function checkEachRule(now: () => number): RuleResult[] {
  return ruleNames
    .filter((rule) => everyRule[rule])
    .map((rule) => ({
      rule,
      ...checkWorld(rules[rule].witness, {
        ...{ size: "small", stopAtFirst: true, now },
        rules: changeRules(everyRule, [rule]),
      }),
    }));
}

export function checkEveryWorld(options: CheckOptions): WorldResult[] {
  return worldNames.map((name) => checkWorld(name, options));
}
