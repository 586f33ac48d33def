const firstMs = 250;
const longestMs = 10_000;
const longestWishMs = 60_000;

/**
 * How long to wait before the next attempt, in milliseconds: 250 at most after the first failure, twice as long after
 * each further one, 10 seconds at most; the upper half of it is random, so that followers do not come back in step.
 *
 * @param failures attempts that failed before this one
 * @param baseMs the first delay when the server names one (`retry:` of the event stream); bounded to 50 ms – 10 s
 * @param leastMs how long the server wants to be left alone; a minute at most
 * @param random a number in [0, 1)
 */
export function reconnectDelayMs(options: {
  readonly failures: number;
  readonly baseMs?: number | undefined;
  readonly leastMs?: number | undefined;
  readonly random: () => number;
}): number {
  const baseMs = Math.max(50, options.baseMs ?? firstMs);
  const ceiling = Math.min(longestMs, baseMs * 2 ** options.failures);
  // Whoever is told to wait so long comes a little later, each at a moment of their own.
  const leastMs = Math.min(longestWishMs, options.leastMs ?? 0) * (1 + options.random() / 2);
  return Math.round(Math.max(leastMs, ceiling * (0.5 + options.random() / 2)));
}
