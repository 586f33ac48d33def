const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

/** Milliseconds before the next attempt, after so many that failed: 1 s, doubling, up to a minute. */
export function backoffMs(failures: number): number {
  return Math.min(FIRST_MS * 2 ** failures, LONGEST_MS);
}
