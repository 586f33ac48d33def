import type { Clock, Timers } from "../src/timers.ts";

/** A clock and its timers, which only move when told to. */
export interface ManualTime extends Clock, Timers {
  /** Moves on, calling back on the way whatever falls due, in order. */
  advance(ms: number): void;
  /** Sets the clock without any timer noticing, as a correction of a machine's clock does. */
  set(now: number): void;
}

/** @param start milliseconds since 1970-01-01T00:00:00Z */
export function createManualTime(start: number): ManualTime {
  let now = start;
  let elapsed = 0;
  let last = 0;
  const due = new Map<number, { readonly at: number; readonly callback: () => void }>();

  function nextDue(until: number): [number, { readonly at: number; readonly callback: () => void }] | undefined {
    return [...due].filter(([, { at }]) => at <= until).sort(([, a], [, b]) => a.at - b.at)[0];
  }

  return {
    now: () => now,
    set(value) {
      now = value;
    },
    advance(ms) {
      const until = elapsed + ms;
      for (let next = nextDue(until); next; next = nextDue(until)) {
        const [handle, { at, callback }] = next;
        due.delete(handle);
        now += at - elapsed;
        elapsed = at;
        callback();
      }
      now += until - elapsed;
      elapsed = until;
    },
    setTimeout(callback, ms) {
      last += 1;
      due.set(last, { at: elapsed + ms, callback });
      return last;
    },
    clearTimeout(handle) {
      due.delete(handle as number);
    },
  };
}
