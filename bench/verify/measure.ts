/** Times calls one by one. */
import type { Contender } from "./contenders.ts";

/** Microseconds. */
export interface Figures {
  readonly median_us: number;
  readonly p99_us: number;
  readonly calls: number;
}

export type Contenders<Name extends string> = Readonly<Record<Name, Contender>>;

/**
 * Lets the contenders take turns at each block of tokens (A B C, then B C A, then C A B …), so that neither a drift of
 * the machine nor what the one before left in its caches favours one of them. Each is given strings of its own, as each
 * request of a server is.
 *
 * @param options.block how many calls one makes in a row, each of them timed
 */
export async function measureInTurns<Name extends string>(
  contenders: Contenders<Name>,
  tokens: readonly string[],
  { block }: { readonly block: number },
): Promise<Record<Name, Figures>> {
  const names = Object.keys(contenders) as Name[];
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let start = 0; start < tokens.length; start += block) {
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(start / block + turn) % names.length] as Name;
      for (const token of tokens.slice(start, start + block)) {
        times.get(name)?.push(await timeCall(contenders[name], copyOf(token)));
      }
    }
  }
  return Object.fromEntries([...times].map(([name, values]) => [name, figuresOf(values)])) as Record<Name, Figures>;
}

/** What timing itself costs: the same, around a call that does nothing. It is in every figure. */
export async function measureTimer(calls: number): Promise<Figures> {
  const nothing: Contender = async () => undefined;
  const { timer } = await measureInTurns({ timer: nothing }, Array.from({ length: calls }, String), { block: calls });
  return timer;
}

async function timeCall(contender: Contender, token: string): Promise<number> {
  const start = performance.now();
  await contender(token);
  return (performance.now() - start) * 1000;
}

/** The same characters in another string: comparing a string with itself would be no comparison. */
function copyOf(token: string): string {
  return Buffer.from(token, "latin1").toString("latin1");
}

function figuresOf(values: readonly number[]): Figures {
  const sorted = Float64Array.from(values).sort();
  return { median_us: quantile(sorted, 0.5), p99_us: quantile(sorted, 0.99), calls: sorted.length };
}

function quantile(sorted: Float64Array, fraction: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;
  return Math.round(value * 1000) / 1000;
}
