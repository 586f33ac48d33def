/** Times calls one by one. */
import type { Contender } from "./contenders.ts";

/** Microseconds. */
export interface Figures {
  readonly median_us: number;
  readonly p99_us: number;
  /** How often it was timed. */
  readonly samples: number;
}

/**
 * Lets the contenders take turns, in every order equally often, so that neither a drift of the machine nor what the one
 * before left in its caches favours one of them. Each is given strings of its own, as each request of a server is:
 * comparing a string with itself would be no comparison.
 *
 * @param options.inARow how many tokens one takes before it is the next one's turn
 * @param options.timed calls by themselves, or all in a row at once, where timing a call would take as long as the call
 */
export async function measureInTurns<Name extends string>(
  contenders: Readonly<Record<Name, Contender>>,
  tokens: readonly string[],
  { inARow, timed = "call" }: { readonly inARow: number; readonly timed?: "call" | "row" },
): Promise<Record<Name, Figures>> {
  const names = Object.keys(contenders) as Name[];
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let start = 0, round = 0; start < tokens.length; start += inARow, round += 1) {
    const row = tokens.slice(start, start + inARow);
    for (const name of orderOf(names, round)) {
      const parts = timed === "row" ? [row] : row.map((token) => [token]);
      for (const part of parts) times.get(name)?.push(await timeCalls(contenders[name], part.map(copyOf)));
    }
  }
  return Object.fromEntries([...times].map(([name, values]) => [name, figuresOf(values)])) as Record<Name, Figures>;
}

/** What timing a call costs: it is in every figure. */
export async function measureTimer(calls: number): Promise<Figures> {
  const nothing: Contender = async () => undefined;
  return (await measureInTurns({ nothing }, Array.from({ length: calls }, String), { inARow: 100 })).nothing;
}

/** A B C, B C A, C A B, then each of them backwards: every order comes equally often. */
function orderOf<Name>(names: readonly Name[], round: number): readonly Name[] {
  const first = round % names.length;
  const turned = [...names.slice(first), ...names.slice(0, first)];
  return Math.floor(round / names.length) % 2 === 0 ? turned : turned.reverse();
}

/** Microseconds a call. */
async function timeCalls(contender: Contender, tokens: readonly string[]): Promise<number> {
  const start = performance.now();
  for (const token of tokens) await contender(token);
  return ((performance.now() - start) * 1000) / tokens.length;
}

function copyOf(token: string): string {
  return Buffer.from(token, "latin1").toString("latin1");
}

function figuresOf(values: readonly number[]): Figures {
  const sorted = Float64Array.from(values).sort();
  return { median_us: quantile(sorted, 0.5), p99_us: quantile(sorted, 0.99), samples: sorted.length };
}

function quantile(sorted: Float64Array, fraction: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;
  return Math.round(value * 1000) / 1000;
}
