/** Where time comes from. Passed to everything that asks, so that tests and the Lab can own it. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

/** This machine's clock. */
export const systemClock: Clock = { now: () => Date.now() };

/** A clock that only moves when told to. */
export interface ManualClock extends Clock {
  advance(milliseconds: number): void;
  set(milliseconds: number): void;
}

/**
 * Makes a clock for tests and sandboxes.
 *
 * @param start milliseconds since 1970-01-01T00:00:00Z; default: now
 */
export function createManualClock(start: number = Date.now()): ManualClock {
  let time = start;
  return {
    now: () => time,
    advance(milliseconds) {
      time += milliseconds;
    },
    set(milliseconds) {
      time = milliseconds;
    },
  };
}

/** Whole seconds since 1970-01-01T00:00:00Z, as JWTs count them (RFC 7519, section 2: NumericDate). */
export function toNumericDate(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
