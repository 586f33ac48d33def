import type { Machine } from "../support/machine.ts";
import type { Figures } from "./measure.ts";

/** What a run has found, as `--json` prints it. */
export interface Result {
  readonly bench: "verify";
  readonly quick: boolean;
  readonly machine: Machine;
  /** Revoked sessions that ours had to know of. */
  readonly revocations: number;
  /** Tokens that came again and again. */
  readonly tokens_in_use: number;
  /** Distinct tokens. `ratio`: jose's median over ours; `over_signature`: ours over that of the bare signature check. */
  readonly first: {
    readonly ours: Figures;
    readonly jose: Figures;
    readonly signature: Figures;
    readonly ratio: number;
    readonly over_signature: number;
  };
  /** A call's share of all tokens in use, one after the other and timed at once. */
  readonly repeated: { readonly ours: Figures; readonly jose: Figures; readonly ratio: number };
  /** The same, each call timed by itself: with `timer` in every figure. */
  readonly repeated_singly: { readonly ours: Figures; readonly jose: Figures };
  /** A call that does nothing, timed by itself. */
  readonly timer: Figures;
}

/** How many times as long the first takes, by medians. */
export function ratioOf(one: Figures, other: Figures): number {
  return Math.round((one.median_us / other.median_us) * 100) / 100;
}

/** The result for people. */
export function formatReport({ machine, first, repeated, repeated_singly, timer, ...run }: Result): string {
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  return `${machine.cpu}, ${machine.cores} cores, load ${machine.load_average}, ${machine.system}
Node ${machine.node}, ${versions.join(", ")}; ES256, the feed followed, ${run.revocations} revocations known${run.quick ? "; quick run" : ""}

                                        median         p99
first verification, distinct tokens
${row("@holdfast/verify", first.ours)}
${row("jose, jwtVerify", first.jose)}   ${first.ratio.toFixed(2)}× ours
${row("the signature check alone", first.signature)}   ours is ${first.over_signature.toFixed(2)}× this
repeated, ${run.tokens_in_use} tokens in use: all in a row, timed at once
${row("@holdfast/verify", repeated.ours)}
${row("jose, jwtVerify", repeated.jose)}   ${repeated.ratio.toFixed(0)}× ours
repeated, each call timed by itself
${row("@holdfast/verify", repeated_singly.ours)}
${row("jose, jwtVerify", repeated_singly.jose)}
${row("nothing: what timing costs", timer)}
`;
}

function row(name: string, { median_us, p99_us }: Figures): string {
  return `  ${name.padEnd(30)} ${microseconds(median_us)} ${microseconds(p99_us)}`;
}

function microseconds(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0).padStart(8)} µs`;
}
