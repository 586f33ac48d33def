// @ts-check
/**
 * When a token is due, and when to try again. Pure: time comes in.
 *
 * Neither of a computer's clocks suffices alone: the wall clock is stepped by people and by NTP, the monotonic clock
 * stops while some laptops sleep. The larger difference of the two is right for all of it; the worst error is a refresh
 * that comes early.
 */

/**
 * One moment, read from both clocks, in milliseconds.
 * @typedef {{ readonly wall: number, readonly monotonic: number }} Instant
 */

/** A token this close to its end is not handed out: it would expire on its way to the API. */
const MIN_REMAINING_MS = 10_000;

/**
 * Milliseconds from one moment to a later one, never negative.
 * @param {Instant} from
 * @param {Instant} to
 */
export function elapsedMs(from, to) {
  return Math.max(to.monotonic - from.monotonic, to.wall - from.wall, 0);
}

/**
 * How old a token is when it should be refreshed: 75 % of its life, and with a life of 5 minutes or more at least 60 s
 * before its end.
 * @param {number} lifetimeMs
 */
export function dueAgeMs(lifetimeMs) {
  const due = lifetimeMs * 0.75;
  return lifetimeMs >= 300_000 ? Math.min(due, lifetimeMs - 60_000) : due;
}

/**
 * @param {{ readonly receivedAt: Instant, readonly lifetimeMs: number }} token
 * @param {Instant} now
 */
export function remainingMs(token, now) {
  return Math.max(token.lifetimeMs - elapsedMs(token.receivedAt, now), 0);
}

/**
 * @param {{ readonly receivedAt: Instant, readonly lifetimeMs: number }} token
 * @param {Instant} now
 */
export function untilDueMs(token, now) {
  return Math.max(dueAgeMs(token.lifetimeMs) - elapsedMs(token.receivedAt, now), 0);
}

/**
 * Whether a request made now can carry the token.
 * @param {{ readonly receivedAt: Instant, readonly lifetimeMs: number }} token
 * @param {Instant} now
 */
export function isUsable(token, now) {
  return remainingMs(token, now) > Math.min(MIN_REMAINING_MS, token.lifetimeMs / 4);
}

/**
 * How long to wait after the nth failure in a row: doubling, capped, and random ("full jitter"), so that the tabs of a
 * whole office do not come back in step. A server that names a time is taken at its word, within reason.
 * @param {{ readonly attempt: number, readonly retryAfterMs?: number | undefined }} failure attempt counts from 1
 * @param {number} random 0 ≤ random < 1
 */
export function retryDelayMs({ attempt, retryAfterMs }, random) {
  if (retryAfterMs !== undefined) return Math.min(Math.max(retryAfterMs, 1_000), 300_000);
  const ceiling = Math.min(1_000 * 2 ** (attempt - 1), 30_000);
  return 500 + random * ceiling;
}
