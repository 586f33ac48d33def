import type { ClientEnv, Milliseconds, TimerHandle } from "./env.ts";

/** Timers that run out when a test says so. */
export interface ManualTimers extends Pick<ClientEnv, "setTimer" | "clearTimer"> {
  readonly delays: () => readonly Milliseconds[];
  /** All of them, now. */
  runOut(): void;
}

export function createManualTimers(): ManualTimers {
  const timers = new Map<number, { readonly callback: () => void; readonly delay: Milliseconds }>();
  let ids = 0;
  return {
    setTimer(callback, delay) {
      ids += 1;
      timers.set(ids, { callback, delay });
      return ids;
    },
    clearTimer: (timer: TimerHandle) => void timers.delete(Number(timer)),
    delays: () => [...timers.values()].map(({ delay }) => delay),
    runOut() {
      for (const { callback } of [...timers.values()]) callback();
    },
  };
}
