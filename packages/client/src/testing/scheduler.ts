import type { Milliseconds } from "../env.ts";

/** Something that will happen. */
export interface Task {
  readonly due: Milliseconds;
  cancel(): void;
}

/**
 * The world's time and what happens in it, in order. Between two tasks everything that hangs on promises alone runs to
 * its end, and what really takes time (a server under test, Web Crypto) is waited for: time moves on only when nothing
 * else can happen now.
 */
export interface Scheduler {
  /** Milliseconds since the world began. */
  readonly now: () => Milliseconds;
  after(delay: Milliseconds, work: () => void): Task;
  /** Time stands still until the promise is settled. */
  hold(promise: Promise<unknown>): void;
  /** Nothing more is to come of this world: whoever runs it gets the error. */
  stop(error: Error): void;
  /** Runs all that is due now. */
  settle(): Promise<void>;
  /** Runs all that is due up to this moment, and stands there. */
  runUntil(moment: Milliseconds, isDone?: () => boolean): Promise<void>;
}

interface Scheduled extends Task {
  readonly order: number;
  readonly work: () => void;
}

// A client that retries without a pause would keep a world at one moment for ever.
const busiestMoment = 20_000;

export function createScheduler(): Scheduler {
  /** Sorted, the next one last. */
  const tasks: Scheduled[] = [];
  const held = new Set<Promise<unknown>>();
  let now = 0;
  let order = 0;
  let atThisMoment = 0;
  let stopped: Error | null = null;

  function insert(task: Scheduled): void {
    let low = 0;
    let high = tasks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(task, tasks[middle] as Scheduled)) low = middle + 1;
      else high = middle;
    }
    tasks.splice(low, 0, task);
  }

  /** Until no promise can go on by itself. */
  async function drain(): Promise<void> {
    await nextTurn();
    while (held.size > 0) {
      await Promise.allSettled([...held]);
      await nextTurn();
    }
  }

  async function runUntil(moment: Milliseconds, isDone: () => boolean = () => false): Promise<void> {
    await drain();
    for (let next = tasks.at(-1); next && next.due <= moment && !isDone(); next = tasks.at(-1)) {
      tasks.pop();
      moveTo(next.due);
      next.work();
      await drain();
      if (stopped) throw stopped;
    }
    if (!isDone()) moveTo(moment);
  }

  function moveTo(moment: Milliseconds): void {
    atThisMoment = moment > now ? 0 : atThisMoment + 1;
    now = Math.max(now, moment);
    if (atThisMoment > busiestMoment)
      throw new Error(`The world does not come to rest: ${busiestMoment} tasks at once`);
  }

  return {
    now: () => now,
    after(delay, work) {
      const task: Scheduled = {
        due: now + Math.max(0, delay),
        order: order++,
        work,
        cancel() {
          const index = tasks.indexOf(task);
          if (index >= 0) tasks.splice(index, 1);
        },
      };
      insert(task);
      return task;
    },
    hold(promise) {
      held.add(promise);
      const done = () => void held.delete(promise);
      promise.then(done, done);
    },
    stop(error) {
      stopped ??= error;
    },
    settle: () => runUntil(now),
    runUntil,
  };
}

function isBefore(one: Scheduled, other: Scheduled): boolean {
  return one.due < other.due || (one.due === other.due && one.order < other.order);
}

/** A whole turn of the event loop: every promise that can settle has settled when it comes. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => laterTurn(resolve));
}

// Taken before anybody can replace them with false ones. Timers are clamped to milliseconds; these are not.
const laterTurn: (callback: () => void) => void = findLaterTurn();

function findLaterTurn(): (callback: () => void) => void {
  const immediate: unknown = Reflect.get(globalThis, "setImmediate");
  if (typeof immediate === "function") return (callback) => void immediate(callback);
  return (callback) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      callback();
    };
    port2.postMessage(null);
  };
}
