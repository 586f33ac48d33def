import type { Progress, RunResult } from "./harness.ts";
import type { Tally } from "./judge/judge.ts";
import { invariants } from "./judge/violation.ts";

/** Whether everything held, and no node ended by itself. */
export function isHeld({ findings, disagreements, crashes }: RunResult): boolean {
  return findings.length === 0 && disagreements.length === 0 && crashes.length === 0;
}

export function describeProgress({ seconds, tally }: Progress): string {
  const { contested, kills, violations } = tally;
  return [
    `${seconds.toFixed(0).padStart(5)} s`,
    `${format(contested)} contested (${(contested / seconds).toFixed(0)}/s)`,
    `${format(total(kills))} kills (${(total(kills) / seconds).toFixed(1)}/s)`,
    `${format(tally.grants)} grants judged`,
    `${total(violations)} violations`,
  ].join("  ");
}

/** One line of JSON. */
export function toJson(result: RunResult): string {
  const { options, tally, seconds, nodeStartMs, database, findings, disagreements, crashes, historyPath } = result;
  return JSON.stringify({
    prove: "refresh",
    held: isHeld(result),
    seconds: Math.round(seconds * 10) / 10,
    nodes: options.nodes,
    clients: options.clients,
    seed: options.seed,
    broken_on_purpose: options.breakage,
    contested: tally.contested,
    contested_per_second: Math.round(tally.contested / seconds),
    requests: tally.requests,
    answered: tally.answered,
    refused: tally.refused,
    unanswered: tally.unanswered,
    grants: tally.grants,
    revocations: tally.revocations,
    late_replays: tally.lateReplays,
    kills: tally.kills,
    kills_in_all: total(tally.kills),
    verdicts: tally.verdicts,
    held_up: tally.heldUp,
    ...counts(result),
    violations: tally.violations,
    disagreements: disagreements.length,
    crashes: crashes.length,
    last_words: crashes[0] ?? null,
    node_start_ms: nodeStartMs,
    database,
    findings,
    history: historyPath,
  });
}

/** The three numbers that must be 0. */
function counts({ tally }: RunResult) {
  const { violations } = tally;
  return {
    forks: violations.I1 ?? 0,
    lost_revocations: violations.I2 ?? 0,
    honest_sign_outs: violations.I3 ?? 0,
  };
}

export function describeResult(result: RunResult): string {
  const { options, tally, seconds, nodeStartMs, database, findings, disagreements, crashes, historyPath } = result;
  const lines = [
    ["time", `${seconds.toFixed(1)} s, seed ${options.seed}, ${options.nodes} nodes, ${options.clients} clients`],
    ["contested refreshes", `${format(tally.contested)}, ${(tally.contested / seconds).toFixed(0)} a second`],
    ["requests", `${format(tally.requests)}: ${describeOutcomes(tally)}`],
    ["grants", `${format(tally.grants)}, of which ${format(tally.revocations)} ended by request`],
    ["late replays", format(tally.lateReplays)],
    ["kills", `${format(total(tally.kills))}: ${describeCounts(tally.kills)}`],
    ["verdicts", describeCounts(tally.verdicts)],
    ["held up beyond the overlap", format(tally.heldUp)],
    ["a node's start", `${nodeStartMs.p50} ms, p99 ${nodeStartMs.p99} ms`],
    [
      "database",
      Object.entries(database)
        .map(([name, value]) => `${name} ${value}`)
        .join(", "),
    ],
    ["history", historyPath],
    ...Object.entries(invariants).map(([name, says]) => [`${name}: ${says}`, verdictOf(tally, name)]),
    ["rows and events disagree", String(disagreements.length)],
    ["nodes that ended by themselves", String(crashes.length)],
  ];
  const width = Math.max(...lines.map(([name]) => name?.length ?? 0));
  const table = lines.map(([name = "", value]) => `${name.padEnd(width)}  ${value}`).join("\n");
  const shown = findings.map(
    ({ invariant, says, grant, excerpt }) => `${invariant}, grant ${grant}: ${says}\n${excerpt}`,
  );
  const rows = disagreements.slice(0, 10).map((row) => JSON.stringify(row));
  return `${[table, ...shown.slice(0, 3), ...rows, ...crashes.slice(0, 1)].join("\n\n")}\n`;
}

function verdictOf({ violations }: Tally, name: string): string {
  const count = violations[name] ?? 0;
  return count === 0 ? "holds" : `BROKEN ${count} times`;
}

function describeOutcomes({ answered, refused, unanswered }: Tally): string {
  return `${format(answered)} answered, ${format(refused)} refused for good, ${format(unanswered)} without an answer`;
}

function describeCounts(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts).toSorted(([, one], [, other]) => other - one);
  return entries.map(([name, count]) => `${name} ${format(count)}`).join(", ");
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function format(count: number): string {
  return count.toLocaleString("en-US");
}
