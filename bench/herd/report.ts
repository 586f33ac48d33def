import type { Machine } from "../support/machine.ts";
import type { HerdFigures } from "./herd-process.ts";
import type { MemoryFigures } from "./memory.ts";

/** What a run has found, as `--json` prints it. */
export interface HerdResult {
  readonly bench: "herd";
  readonly quick: boolean;
  readonly machine: Machine;
  /** The server's limit of heap; null: Node's own. */
  readonly heap_mib: number | null;
  readonly connections: number;
  /** Refreshes a second over 64 connections: before, between and after. */
  readonly capacity_per_second: readonly number[];
  readonly signed_out: number;
  /** Clients over the time until the last was served, over the capacity. */
  readonly herd_share_of_capacity: number;
  /** Successes while clients came three times as fast as they can be served, over the capacity. */
  readonly storm_share_of_capacity: number;
  readonly herd: HerdFigures & { readonly memory_mib: MemoryFigures };
  readonly storm: HerdFigures & { readonly memory_mib: MemoryFigures };
}

/** The result for people. */
export function formatReport(result: HerdResult): string {
  const { machine } = result;
  return `${machine.cpu}, ${machine.cores} cores, load ${machine.load_average}, ${machine.system}
Node ${machine.node}${result.heap_mib === null ? "" : `, a heap of ${result.heap_mib} MiB`}${result.quick ? "; quick run" : ""}
capacity: ${result.capacity_per_second.join(", ")} refreshes a second over 64 connections

all at once, over ${result.connections} connections: ${percent(result.herd_share_of_capacity)} of the capacity
${lines(result.herd)}
three times what it can serve: ${percent(result.storm_share_of_capacity)} of the capacity
${lines(result.storm)}
`;
}

function lines(figures: HerdResult["herd"]): string {
  const { before, highest, after } = figures.memory_mib;
  return `  clients              ${figures.clients}, of whom signed out ${figures.signed_out}
  drained              in ${figures.drained_seconds} s; 99 in 100 in ${figures.nearly_drained_seconds} s
  a client             served after ${figures.median_ms} ms (median), ${figures.p99_ms} ms (p99), by ${figures.attempts_each} requests
  answers              ${list(figures.answers)}; ${figures.broken} without one
  Retry-After          ${list(figures.retry_after) || "never"}
  the server's memory  ${before} MiB before, ${highest} MiB at most, ${after} MiB after`;
}

function list(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, times]) => `${name}: ${times}`)
    .join(", ");
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
