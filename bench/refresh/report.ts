import type { Machine } from "../support/machine.ts";
import { rounded } from "../support/quantile.ts";
import type { GrowthFigures } from "./growth.ts";
import type { ContenderFigures } from "./rounds.ts";
import type { ScaleFigures } from "./scale.ts";

interface ManyFigures {
  readonly ours: ContenderFigures;
  /** Stock oidc-provider with JWTs as access tokens, as ours: one signature a refresh. */
  readonly memory: ContenderFigures;
  readonly stored: ContenderFigures;
  /** Ours without HTTP. */
  readonly engine: ContenderFigures;
  /** Stock oidc-provider as it comes: opaque access tokens, which it stores, and an ID token, which it signs. */
  readonly memoryOpaque: ContenderFigures;
  readonly storedOpaque: ContenderFigures;
}

interface OneFigures {
  readonly ours: ContenderFigures;
  readonly memory: ContenderFigures;
}

interface Ratios {
  /** Our throughput over that of oidc-provider, both with JWTs. */
  readonly ratio_memory: number;
  readonly ratio_postgres: number;
  readonly ratio_memory_opaque: number;
  readonly ratio_postgres_opaque: number;
  /** Our throughput over that of our engine without HTTP. */
  readonly ratio_engine: number;
  /** Our p99 over theirs: below 1 is better. */
  readonly p99_over_memory: number;
  readonly p99_over_postgres: number;
  /** Our latency at one connection over theirs in memory, by medians: below 1 is better. */
  readonly one_connection_over_memory: number;
}

/** What a run has found, as `--json` prints it. */
export interface RefreshResult extends Ratios {
  readonly bench: "refresh";
  readonly quick: boolean;
  readonly machine: Machine;
  readonly postgres: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly figures: ManyFigures;
  readonly one_connection: OneFigures;
  readonly storage: {
    /** Share of updates made in place (HOT) under the load. */
    readonly in_place: number;
    /** Bytes of WAL a refresh under the load, with the whole pages that follow each checkpoint. */
    readonly wal_bytes_under_load: number;
    readonly growth: GrowthFigures;
  };
  readonly scale: ScaleFigures | null;
}

export function ratiosOf(many: ManyFigures, one: OneFigures): Ratios {
  const throughput = (other: ContenderFigures) => rounded(many.ours.per_second / other.per_second);
  const tail = (other: ContenderFigures) => rounded(many.ours.p99_ms / other.p99_ms);
  return {
    ratio_memory: throughput(many.memory),
    ratio_postgres: throughput(many.stored),
    ratio_memory_opaque: throughput(many.memoryOpaque),
    ratio_postgres_opaque: throughput(many.storedOpaque),
    ratio_engine: throughput(many.engine),
    p99_over_memory: tail(many.memory),
    p99_over_postgres: tail(many.stored),
    one_connection_over_memory: rounded(one.ours.median_ms / one.memory.median_ms),
  };
}

/** The result for people. */
export function formatReport(result: RefreshResult): string {
  const { machine, postgres, figures, one_connection, storage, scale } = result;
  const { growth } = storage;
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const { server_version, ...settings } = postgres;
  const inForce = Object.entries(settings).map(([name, value]) => `${name} ${value}`);
  const atScale = scale
    ? `  ${scale.many_grants} grants beside ${scale.few_grants}     ${scale.ratio}× the throughput\n`
    : "";
  return `${machine.cpu}, ${machine.cores} cores, load ${machine.load_average}, ${machine.system}
Node ${machine.node}, ${versions.join(", ")}, PostgreSQL ${server_version}${result.quick ? "; quick run" : ""}
${inForce.join(", ")}

${result.connections} connections, a process each          per second (lowest to highest)     median        p99
${row("Holdfast", figures.ours)}
${row("oidc-provider, memory, JWT", figures.memory)}   ${result.ratio_memory}×, p99 ${result.p99_over_memory}×
${row("oidc-provider, PostgreSQL, JWT", figures.stored)}   ${result.ratio_postgres}×, p99 ${result.p99_over_postgres}×
${row("oidc-provider, memory, as it comes", figures.memoryOpaque)}   ${result.ratio_memory_opaque}×
${row("oidc-provider, PostgreSQL, as it comes", figures.storedOpaque)}   ${result.ratio_postgres_opaque}×
${row("the engine without HTTP", figures.engine)}   ${result.ratio_engine}×
one connection
${row("Holdfast", one_connection.ours)}
${row("oidc-provider, memory, JWT", one_connection.memory)}   latency ${result.one_connection_over_memory}×
storage
  updates in place (HOT)            ${percent(storage.in_place)} under the load, ${percent(growth.in_place)} in ten rotations
  WAL a refresh                     ${growth.wal_bytes} B, of which the event ${growth.wal_bytes - growth.wal_bytes_without_event} B; ${storage.wal_bytes_under_load} B with whole pages after checkpoints
  growth by ten rotations           ${growth.growth}× of ${growth.grants} grants, with indexes
${atScale}`;
}

function row(name: string, figures: ContenderFigures): string {
  const range = `(${figures.lowest_per_second} to ${figures.highest_per_second})`;
  const times = `${milliseconds(figures.median_ms)} ${milliseconds(figures.p99_ms)}`;
  return `  ${name.padEnd(40)}${String(figures.per_second).padStart(7)} ${range.padEnd(18)} ${times}`;
}

function milliseconds(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 1).padStart(8)} ms`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
