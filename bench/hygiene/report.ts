import type { Machine } from "../support/machine.ts";
import { quantile, rounded } from "../support/quantile.ts";
import type { Sample } from "./load-process.ts";
import type { Span } from "./turns.ts";

/** Milliseconds. */
export interface Latencies {
  readonly median_ms: number;
  readonly p99_ms: number;
  readonly longest_ms: number;
  readonly requests: number;
}

/** What a run has found, as `--json` prints it. */
export interface Result {
  readonly bench: "hygiene";
  readonly quick: boolean;
  readonly machine: Machine;
  readonly postgres: Readonly<Record<string, string>>;
  readonly live_grants: number;
  /** Ended sessions, each with a grant and two events. */
  readonly backlog: number;
  readonly refreshes_per_second: number;
  readonly quiet: Latencies;
  readonly cleaning: Latencies;
  /** p99 beside the removal, over p99 without. */
  readonly ratio_p99: number;
  /** Seconds of removing until nothing was left. */
  readonly drain_seconds: number;
  readonly removed: Readonly<Record<string, number>>;
  readonly failures: number;
}

/** The latencies of what was due within some spans of time. */
export function latenciesIn(spans: readonly Span[], samples: readonly Sample[]): Latencies {
  const taken = samples.filter(({ due }) => spans.some(({ from, to }) => due >= from && due < to));
  const times = taken.map(({ took }) => took);
  return {
    median_ms: rounded(quantile(times, 0.5)),
    p99_ms: rounded(quantile(times, 0.99)),
    longest_ms: rounded(quantile(times, 1)),
    requests: times.length,
  };
}

/** The result for people. */
export function formatReport({ machine, postgres, quiet, cleaning, removed, ...run }: Result): string {
  const rows = Object.entries(removed).filter(([, count]) => count > 0);
  const total = rows.map(([name, count]) => `${count.toLocaleString("en")} ${name}`).join(", ");
  return `${machine.cpu}, ${machine.cores} cores, load ${machine.load_average}, ${machine.system}
Node ${machine.node}, PostgreSQL ${postgres.server_version}, fsync ${postgres.fsync}${run.quick ? "; quick run" : ""}
${run.refreshes_per_second} refreshes a second over HTTP, on ${run.live_grants.toLocaleString("en")} live grants

                        median         p99     longest    requests
${row("without removal", quiet)}
${row("beside removal", cleaning)}

p99 beside removal is ${run.ratio_p99.toFixed(2)}× that without; ${run.failures} failed
removed ${total} in ${run.drain_seconds} s
`;
}

function row(name: string, { median_ms, p99_ms, longest_ms, requests }: Latencies): string {
  const times = [median_ms, p99_ms, longest_ms].map((ms) => `${ms.toFixed(1).padStart(8)} ms`);
  return `  ${name.padEnd(18)} ${times.join(" ")} ${String(requests).padStart(11)}`;
}
