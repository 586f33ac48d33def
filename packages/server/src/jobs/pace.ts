/** Rows in the first batch of a run. */
export const firstBatch = 500;

const smallestBatch = 50;
const largestBatch = 1_000;

// Long enough to be worth a commit, short enough that nobody who waits for one of its rows or for the disk notices.
const shortBatchMs = 20;
const longBatchMs = 60;

// Rests four times as long as it worked, and a little at least: others come first.
const restFactor = 4;
const leastPauseMs = 10;
const longestPauseMs = 10_000;

/** The next batch's size, by how long the last one took: a slow disk gets smaller ones. */
export function adaptBatch(limit: number, tookMs: number): number {
  if (tookMs > longBatchMs) return Math.max(smallestBatch, Math.floor(limit / 2));
  if (tookMs < shortBatchMs) return Math.min(largestBatch, limit * 2);
  return limit;
}

/** Milliseconds to rest after a batch. */
export function pauseAfter(tookMs: number): number {
  return Math.min(longestPauseMs, Math.max(leastPauseMs, tookMs * restFactor));
}
