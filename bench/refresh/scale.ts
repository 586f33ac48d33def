/** Whether an instance with many grants is slower than one with few. */
import { rounded } from "../support/quantile.ts";
import { type ContenderDeps, startOurs } from "./contenders.ts";
import { measureInRounds, type RoundOptions } from "./rounds.ts";

export interface ScaleFigures {
  readonly few_grants: number;
  readonly many_grants: number;
  /** Throughput with many over throughput with few. */
  readonly ratio: number;
}

export interface ScaleOptions extends RoundOptions {
  readonly few: number;
  readonly many: number;
}

export async function measureScale(
  deps: ContenderDeps,
  { few, many, ...options }: ScaleOptions,
): Promise<ScaleFigures> {
  const contenders = {
    many: await startOurs(deps, { schema: "bench_many", grants: many }),
    few: await startOurs(deps, { schema: "bench_few", grants: few }),
  };
  try {
    const figures = await measureInRounds(contenders, options);
    return {
      few_grants: few,
      many_grants: many,
      ratio: rounded(figures.many.per_second / figures.few.per_second),
    };
  } finally {
    for (const contender of Object.values(contenders)) await contender.stop();
  }
}
