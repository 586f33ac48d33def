import type { RuleResult, WorldResult } from "./check.ts";
import { type InvariantName, invariantNames, invariants } from "./invariants.ts";
import { type RuleHome, type RuleName, rules } from "./rules.ts";
import { createWorld } from "./worlds.ts";

/** The worlds, a line each: what was visited, and which invariants held. */
export function describeWorlds(results: readonly WorldResult[]): string {
  const header = ["world", "states", "transitions", "depth", "seconds", ...invariantNames];
  const rows = results.map((result) => [
    result.isComplete ? result.world : `${result.world} (not complete)`,
    format(result.states),
    format(result.transitions),
    String(result.depth),
    (result.milliseconds / 1000).toFixed(1),
    ...invariantNames.map((name) => (isBroken(result, name) ? "BROKEN" : "holds")),
  ]);
  const sum = (of: (result: WorldResult) => number) => results.reduce((total, result) => total + of(result), 0);
  const totals = ["", format(sum(({ states }) => states)), format(sum(({ transitions }) => transitions)), ""];
  return table([header, ...rows, [...totals, (sum(({ milliseconds }) => milliseconds) / 1000).toFixed(1)]]);
}

/** The rules, a line each: what breaks without it, and after how many steps. */
export function describeRules(results: readonly RuleResult[]): string {
  const rows = results.map(({ rule, world, broken }) => {
    const [first] = broken;
    return [
      rule,
      rules[rule].home,
      world,
      first ? `${first.invariant}, step ${first.history.length}` : "nothing found",
    ];
  });
  return table([["without", "home", "in", "breaks"], ...rows]);
}

/** The histories that break something, with what they break. */
export function describeHistories(results: readonly WorldResult[]): string {
  return results
    .flatMap(({ world, broken }) =>
      broken.map(({ invariant, history }) =>
        [
          `${invariant} is broken: ${invariants[invariant]}`,
          `  world: ${createWorld(world, "small").says}`,
          ...history.map((line, index) => `  ${String(index + 1).padStart(2)}  ${line}`),
        ].join("\n"),
      ),
    )
    .join("\n\n");
}

/** What a rule says, what is without it, and the history that shows it. */
export function describeRule(result: RuleResult): string {
  const { says, without, home } = rules[result.rule];
  const heading = `${result.rule} (${home}): ${says}.\nWithout it ${without}.`;
  return `${heading}\n${describeHistories([result]) || "Nothing breaks within the bounds."}`;
}

export function isHeld(results: readonly WorldResult[]): boolean {
  return results.every(({ broken, isComplete }) => broken.length === 0 && isComplete);
}

export function isProposed(rule: RuleName): boolean {
  return homeOf(rule) === "proposed";
}

/** Any home there can be: today no rule is only proposed. */
function homeOf(rule: RuleName): RuleHome {
  return rules[rule].home;
}

function isBroken({ broken }: WorldResult, name: InvariantName): boolean {
  return broken.some(({ invariant }) => invariant === name);
}

function format(count: number): string {
  return count.toLocaleString("en-US");
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
