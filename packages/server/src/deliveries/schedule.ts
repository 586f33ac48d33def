const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** How long after an attempt the next one comes (Standard Webhooks, "Deliverability and reliability"): 75 h 35 min in all. */
const delaysMs = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour];

/** Attempts, before a message is given up. */
export const maximumSteps = delaysMs.length + 1;

// What failed together must not come again together.
const jitter = 0.1;

// Nobody is heard who asks for more: a message would never come.
const longestRetryAfterMs = 24 * hour;

/**
 * How long to wait after an attempt; null when it was the last.
 *
 * @param step how many attempts of the schedule were made
 * @param retryAfterMs what the receiver asked for: never earlier than that
 * @param random a number from 0 to 1
 */
export function delayAfter(step: number, retryAfterMs: number | null, random: number): number | null {
  const delay = delaysMs[step - 1];
  if (delay === undefined) return null;
  const spread = Math.round(delay * (1 - jitter + 2 * jitter * random));
  return Math.max(spread, Math.min(retryAfterMs ?? 0, longestRetryAfterMs));
}

/**
 * How long a destination that asked for less is left alone: as it said, or for as long as it has failed by now, which
 * doubles with each failure; ten seconds at least, ten minutes at most.
 */
export function pauseAfter(failingForMs: number, retryAfterMs: number | null): number {
  if (retryAfterMs !== null) return Math.min(retryAfterMs, longestRetryAfterMs);
  return Math.min(Math.max(failingForMs, 10 * second), 10 * minute);
}

/** What a `Retry-After` asks for, in milliseconds (RFC 9110, section 10.2.3); null when it says nothing. */
export function parseRetryAfter(value: string | undefined, now: number): number | null {
  if (value === undefined) return null;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * second;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(date - now, 0);
}
