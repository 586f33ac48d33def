/** Tells those who cannot be served now when to come: one after the other, as fast as others are being served. */
export interface Appointments {
  /** Some were served just now, and so many still wait. */
  onServed(count: number, waiting: number): void;
  /**
   * Seconds until the next one's turn, with all that wait already before it; undefined while nothing says how fast
   * others can be served.
   */
  next(waiting: number): number | undefined;
}

export interface AppointmentsDeps {
  /** Milliseconds, from anywhere, never backwards. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
}

// Long enough for a rate to mean something, short enough to follow it.
const windowMs = 250;
const longestSeconds = 30;
/** How much of what is believed is kept when a window was slower. */
const keptWhenSlower = 0.98;

/**
 * Makes appointments. After an outage everybody comes at once: told the same, they would come together again, and each
 * refusal costs a good part of what an answer does. Told their turn, most come twice.
 */
export function createAppointments({ now, random }: AppointmentsDeps): Appointments {
  // How fast others can be served: nobody for a moment, and it says only how many came.
  let perMs: number | null = null;
  let served = 0;
  let windowBegan = now();
  // Who was told to come and did not have a turn yet, as far as one can tell. People, not a time: it would outlast the
  // trouble in which it was reckoned.
  let expected = 0;

  function beginWindow(): void {
    served = 0;
    windowBegan = now();
  }

  /** Too fast, and some come twice; too slow, and we stand idle. So what was possible is forgotten slowly. */
  function learn(measured: number): void {
    perMs = perMs === null || measured > perMs ? measured : perMs * keptWhenSlower + measured * (1 - keptWhenSlower);
  }

  return {
    onServed(count, waiting) {
      expected = Math.max(0, expected - count);
      if (waiting === 0) return beginWindow();
      served += count;
      const elapsed = now() - windowBegan;
      if (elapsed < windowMs) return;
      learn(served / elapsed);
      beginWindow();
    },
    next(waiting) {
      if (perMs === null) return undefined;
      // Nobody is told to wait for longer than this, so nobody further behind counts.
      expected = Math.min(expected + 1, longestSeconds * 1000 * perMs);
      // Whole seconds have room for many: they are spread over one, up or down; and those beyond the longest over half of it.
      const seconds = (waiting + expected) / perMs / 1000 + random();
      const latest = longestSeconds * (1 - random() / 2);
      return Math.max(1, Math.floor(Math.min(seconds, latest)));
    },
  };
}
