import type { Milliseconds, TimerHandle } from "../env.ts";
import type { Scheduler, Task } from "./scheduler.ts";
import type { DeviceClock } from "./virtual-clock.ts";

/** The timers of one tab: they count by the monotonic clock, as those of browsers do. */
export interface VirtualTimers {
  set(callback: () => void, delay: Milliseconds): TimerHandle;
  clear(timer: TimerHandle): void;
  /** Background tabs fire timers only at multiples of this; 0 for as asked. */
  throttle(interval: Milliseconds): void;
  /** After the computer woke: what is due has changed with its clock. */
  rearm(): void;
  clearAll(): void;
  readonly count: () => number;
}

export interface VirtualTimersDeps {
  readonly scheduler: Scheduler;
  readonly clock: DeviceClock;
  /** Runs a callback as soon as the tab runs: now, or when it is thawed. */
  readonly whenRunning: (work: () => void) => void;
}

interface Timer {
  readonly due: Milliseconds;
  readonly callback: () => void;
  task: Task | null;
}

export function createVirtualTimers({ scheduler, clock, whenRunning }: VirtualTimersDeps): VirtualTimers {
  const timers = new Map<number, Timer>();
  let nextId = 1;
  let interval = 0;

  function arm(id: number, timer: Timer): void {
    timer.task?.cancel();
    const due = interval > 0 ? Math.ceil(timer.due / interval) * interval : timer.due;
    timer.task = scheduler.after(due - clock.monotonicNow(), () => whenRunning(() => fire(id)));
  }

  function fire(id: number): void {
    const timer = timers.get(id);
    // Its moment came while the computer slept and its clock stood still: it was armed anew.
    if (!timer || timer.due > clock.monotonicNow()) return;
    timers.delete(id);
    timer.callback();
  }

  return {
    set(callback, delay) {
      const id = nextId++;
      const timer: Timer = { due: clock.monotonicNow() + Math.max(0, delay), callback, task: null };
      timers.set(id, timer);
      arm(id, timer);
      return id;
    },
    clear(handle) {
      if (typeof handle !== "number") return;
      timers.get(handle)?.task?.cancel();
      timers.delete(handle);
    },
    throttle(every) {
      interval = every;
      for (const [id, timer] of timers) arm(id, timer);
    },
    rearm() {
      for (const [id, timer] of timers) arm(id, timer);
    },
    clearAll() {
      for (const timer of timers.values()) timer.task?.cancel();
      timers.clear();
    },
    count: () => timers.size,
  };
}
