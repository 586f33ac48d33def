/** How long a worker that ended is waited for: the sooner it ended, the longer, up to half a minute. */
export interface Pace {
  /** Milliseconds. */
  next(livedMs: number): number;
}

const shortestMs = 250;
const longestMs = 30_000;
// Who lived this long did not end because it cannot begin.
const wellMs = 60_000;

export function createPace(): Pace {
  let waitMs = shortestMs;
  return {
    next(livedMs) {
      waitMs = livedMs >= wellMs ? shortestMs : Math.min(longestMs, waitMs * 2);
      return waitMs;
    },
  };
}
