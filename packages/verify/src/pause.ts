import type { Clock } from "./timers.ts";

/** A stretch of time in which something is not to be done again. */
export interface Pause {
  begin(ms: number): void;
  end(): void;
  /** Milliseconds until it is over; 0 when it is. */
  leftMs(): number;
}

/** Makes a pause that has not begun. A clock that is set back ends it: it must not last for hours by accident. */
export function createPause(clock: Clock): Pause {
  let beganAt = 0;
  let lengthMs = 0;
  return {
    begin(ms) {
      beganAt = clock.now();
      lengthMs = ms;
    },
    end() {
      lengthMs = 0;
    },
    leftMs() {
      const passed = clock.now() - beganAt;
      return passed < 0 ? 0 : Math.max(0, lengthMs - passed);
    },
  };
}
