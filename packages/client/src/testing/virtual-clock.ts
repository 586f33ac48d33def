import type { Milliseconds } from "../env.ts";
import type { Scheduler } from "./scheduler.ts";

/** Whether the monotonic clock of a sleeping computer goes on (Windows) or stands still (macOS, Linux). */
export type MonotonicInSleep = "frozen" | "running";

/** The two clocks of the one computer in a world, and its sleep. */
export interface DeviceClock {
  /** What its user sees: milliseconds since the epoch, right or wrong. */
  wallNow(): Milliseconds;
  monotonicNow(): Milliseconds;
  /** Somebody, or a time server, sets the wall clock forward or back. */
  step(by: Milliseconds): void;
  readonly isAsleep: () => boolean;
  fallAsleep(monotonic: MonotonicInSleep): void;
  wake(): void;
}

export interface DeviceClockOptions {
  readonly scheduler: Scheduler;
  /** What the true time is when the world begins: milliseconds since the epoch. */
  readonly epoch: Milliseconds;
  /** How far the wall clock is ahead of the truth. */
  readonly skew: Milliseconds;
}

export function createDeviceClock({ scheduler, epoch, skew }: DeviceClockOptions): DeviceClock {
  let wallAhead = skew;
  let lostInSleep = 0;
  let asleepSince: Milliseconds | null = null;
  let isFrozen = false;

  const lostNow = () => (isFrozen && asleepSince !== null ? scheduler.now() - asleepSince : 0);

  return {
    wallNow: () => epoch + wallAhead + scheduler.now(),
    monotonicNow: () => scheduler.now() - lostInSleep - lostNow(),
    step(by) {
      wallAhead += by;
    },
    isAsleep: () => asleepSince !== null,
    fallAsleep(monotonic) {
      asleepSince = scheduler.now();
      isFrozen = monotonic === "frozen";
    },
    wake() {
      lostInSleep += lostNow();
      asleepSince = null;
      isFrozen = false;
    },
  };
}
