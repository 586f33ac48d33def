import type { TurnFigures } from "../support/figures.ts";
import { median, rounded } from "../support/quantile.ts";
import type { Contender } from "./contenders.ts";

/** A contender over all rounds: the medians of its turns' figures, and from where to where its throughput went. */
export interface ContenderFigures {
  readonly per_second: number;
  readonly lowest_per_second: number;
  readonly highest_per_second: number;
  readonly median_ms: number;
  readonly p99_ms: number;
  /** Live grants it had. */
  readonly grants: number;
}

export interface RoundOptions {
  readonly rounds: number;
  readonly secondsEach: number;
  readonly warmUpSeconds: number;
  /** Requests under way, each on a connection of its own. */
  readonly atOnce: number;
  /** Told of the work of each turn, which it starts: what a turn cost beside time is measured around it. */
  readonly around?: (name: string, turn: () => Promise<TurnFigures>) => Promise<TurnFigures>;
}

/**
 * Lets the contenders take turns (A B C, A B C …), so that a drift of the machine meets all of them alike. All run the
 * whole time; who has no turn does nothing.
 */
export async function measureInRounds<Name extends string>(
  contenders: Readonly<Record<Name, Contender>>,
  { rounds, secondsEach, warmUpSeconds, atOnce, around = (_name, turn) => turn() }: RoundOptions,
): Promise<Record<Name, ContenderFigures>> {
  const entries = Object.entries(contenders) as [Name, Contender][];
  for (const [, contender] of entries) await contender.takeTurn({ atOnce, seconds: warmUpSeconds });
  const turns = new Map<Name, TurnFigures[]>(entries.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, contender] of entries) {
      turns.get(name)?.push(await around(name, () => contender.takeTurn({ atOnce, seconds: secondsEach })));
    }
  }
  const figures = entries.map(([name, { grants }]) => [name, toFigures(turns.get(name) ?? [], grants)]);
  return Object.fromEntries(figures) as Record<Name, ContenderFigures>;
}

function toFigures(turns: readonly TurnFigures[], grants: number): ContenderFigures {
  const rates = turns.map(({ per_second }) => per_second);
  return {
    per_second: median(rates),
    lowest_per_second: Math.min(...rates),
    highest_per_second: Math.max(...rates),
    median_ms: rounded(median(turns.map(({ median_ms }) => median_ms))),
    p99_ms: rounded(median(turns.map(({ p99_ms }) => p99_ms))),
    grants,
  };
}
