import { type Contestant, versionOf } from "./contestants.ts";
import type { Finding } from "./judge.ts";
import type { Options } from "./options.ts";
import { bundleApp } from "./page/bundle.ts";
import { everybody, isAsItShould, isOurs, type Results } from "./results.ts";
import { runScenario } from "./run-scenario.ts";
import { type Scenario, scenarios } from "./scenarios/index.ts";

/** One scenario with one contestant. */
export interface Cell {
  readonly scenario: Scenario;
  readonly contestant: Contestant;
  readonly finding: Finding;
  readonly trace: string;
}

export type Selection = Pick<Options, "client" | "row" | "isQuick" | "seed">;

/** Runs what is selected, one world after the other. */
export async function compare(selection: Selection, onCell: (cell: Cell) => void): Promise<readonly Cell[]> {
  const cells: Cell[] = [];
  const bundles = new Map<string, string>();
  for (const scenario of scenarios.filter(({ row }) => selection.row === null || row === selection.row)) {
    for (const contestant of everybody.filter(({ id }) => selection.client === null || id === selection.client)) {
      if (selection.isQuick && scenario.isLong && !isOurs(contestant)) continue;
      const bundle = bundles.get(contestant.app) ?? (await bundleApp(contestant.app));
      bundles.set(contestant.app, bundle);
      const { trace, ...finding } = await runScenario(scenario, contestant, bundle, selection.seed);
      const cell = { scenario, contestant, finding, trace };
      cells.push(cell);
      onCell(cell);
    }
  }
  return cells;
}

/**
 * What is not as it should be: our own client where it does not do what is expected of it, and everybody whose verdict is
 * another than the one that was published.
 */
export function differences(cells: readonly Cell[], published: Results): readonly string[] {
  return cells.flatMap(({ scenario, contestant, finding }) => {
    const before = published.findings[scenario.title]?.[contestant.id];
    const name = `${contestant.id}: ${scenario.title}`;
    const found = wordsOf(finding);
    return [
      ...(isOurs(contestant) && !isAsItShould(scenario, finding)
        ? [`${name}: ${found}, not ${scenario.expected}`]
        : []),
      ...(before === undefined ? [`${name}: was not published`] : []),
      ...(before && wordsOf(before) !== found ? [`${name}: ${found}; published is ${wordsOf(before)}`] : []),
      ...(published.versions[contestant.id] === (versionOf(contestant) ?? undefined) ||
      contestant.id.endsWith("overlap")
        ? []
        : [`${contestant.id}: another version is published`]),
    ];
  });
}

export const wordsOf = ({ verdict, isLooping }: Finding): string => `${verdict}${isLooping ? ", looped" : ""}`;

export function resultsOf(cells: readonly Cell[], versions: Results["versions"]): Results {
  const findings: Record<string, Record<string, Finding>> = {};
  for (const { scenario, contestant, finding } of cells) {
    findings[scenario.title] = { ...findings[scenario.title], [contestant.id]: finding };
  }
  return { versions, findings };
}
