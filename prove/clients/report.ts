import { readFileSync } from "node:fs";
import { join } from "node:path";
import { wordsOf } from "./compare.ts";
import { auth0SpaJs, type Contestant, contestants, oidcClientTs, withOverlap } from "./contestants.ts";
import type { Finding } from "./judge.ts";
import type { Results } from "./results.ts";
import { type Scenario, scenarios } from "./scenarios/index.ts";

/** The page of the documentation that is made from what was found. */
export const pageFile: string = join(import.meta.dirname, "../../apps/docs/src/content/docs/comparison.md");

const templateFile = join(import.meta.dirname, "report.md");

/** Fills what was found into the text of `report.md`. */
export function renderPage(results: Results): string {
  const template = readFileSync(templateFile, "utf8");
  return template
    .replace("{{versions}}", renderVersions(results))
    .replace("{{count}}", String(scenarios.length))
    .replace("{{table}}", renderTable(results, contestants, scenarios))
    .replace("{{overlap}}", renderOverlap(results));
}

function renderVersions({ versions }: Results): string {
  return contestants
    .filter(({ id }) => versions[id])
    .map(({ id, packageName }) => `\`${packageName}\` ${versions[id]}`)
    .join(", ");
}

/** The two libraries where the server has an overlap, in the rows in which it does not hold without one. */
function renderOverlap(results: Results): string {
  const strict = [oidcClientTs, auth0SpaJs];
  const rows = scenarios.filter(({ title, expected }) =>
    strict.some(({ id }) => results.findings[title]?.[id]?.verdict !== expected),
  );
  return renderTable(results, withOverlap, rows);
}

function renderTable({ findings }: Results, columns: readonly Contestant[], rows: readonly Scenario[]): string {
  const heads = ["", "Fault", ...columns.map(({ name }) => name)];
  const lines = rows.map(({ row, title, ...scenario }) => [
    row,
    title,
    ...columns.map(({ id }) => renderCell(scenario, findings[title]?.[id])),
  ]);
  return [heads, heads.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function renderCell({ expected }: Pick<Scenario, "expected">, finding: Finding | undefined): string {
  if (!finding) return "not run";
  const { requests, reloads, verdict, isLooping } = finding;
  const words = wordsOf(finding);
  const marked = verdict === expected && !isLooping ? words : `**${words}**`;
  const reloaded = reloads > 0 ? `, ${reloads} ${reloads === 1 ? "reload" : "reloads"}` : "";
  return `${marked}${afterOf(expected, finding)} (${requests.toLocaleString("en")}${reloaded})`;
}

/** How long it took, where that is more than a minute, or is what the row is about. */
function afterOf(expected: Scenario["expected"], { verdict, settledAfter }: Finding): string {
  if (settledAfter === null || verdict === "flashed") return "";
  if (settledAfter < 60 && expected === "held") return "";
  return settledAfter === 0 ? " at once" : ` after ${settledAfter} s`;
}
