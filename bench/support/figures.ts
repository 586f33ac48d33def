import { quantile, rounded } from "./quantile.ts";

/** What one turn of one contender came to. */
export interface TurnFigures {
  readonly per_second: number;
  /** Milliseconds a request. */
  readonly median_ms: number;
  readonly p99_ms: number;
  readonly requests: number;
}

/** A number of workers do work again and again until the time is over. What is under way then is finished and counts. */
export async function takeTurn(
  workers: readonly ((isOver: () => boolean) => Promise<readonly number[]>)[],
  seconds: number,
): Promise<TurnFigures> {
  const begun = performance.now();
  const end = begun + seconds * 1000;
  const latencies = (await Promise.all(workers.map((work) => work(() => performance.now() >= end)))).flat();
  const took = (performance.now() - begun) / 1000;
  return {
    per_second: Math.round(latencies.length / took),
    median_ms: rounded(quantile(latencies, 0.5), 3),
    p99_ms: rounded(quantile(latencies, 0.99), 3),
    requests: latencies.length,
  };
}
