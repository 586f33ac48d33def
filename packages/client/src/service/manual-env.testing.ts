import type { Milliseconds } from "../env.ts";
import type { ServiceEnv } from "./service-env.ts";

/** A `ServiceEnv` whose time stands still until it is moved. */
export interface ManualEnv extends ServiceEnv {
  /** Both clocks go on, and what was due in between happens. */
  advance(by: Milliseconds): Promise<void>;
  /** The computer sleeps: the wall clock goes on alone. */
  sleep(by: Milliseconds): void;
  /** Lets everything happen that waits for no clock. */
  settle(): Promise<void>;
  readonly timers: number;
}

declare const setImmediate: (callback: () => void) => void;

/** @param random the one number that comes up. Default: 0.5 */
export function createManualEnv(
  fetch: ServiceEnv["fetch"],
  { random = 0.5 }: { readonly random?: number } = {},
): ManualEnv {
  const timers = new Map<number, { readonly at: Milliseconds; readonly callback: () => void }>();
  let monotonic = 5_000;
  let wall = Date.UTC(2027, 0, 1);
  let ids = 0;

  // Long enough for a chain of promises; real time, of which nothing is waited for.
  async function settle(): Promise<void> {
    for (let turns = 0; turns < 40; turns += 1) await new Promise<void>((resolve) => setImmediate(resolve));
  }

  function pass(by: Milliseconds): void {
    monotonic += by;
    wall += by;
  }

  return {
    fetch,
    wallNow: () => wall,
    monotonicNow: () => monotonic,
    setTimer(callback, delay) {
      ids += 1;
      timers.set(ids, { at: monotonic + delay, callback });
      return ids;
    },
    clearTimer: (timer) => void timers.delete(timer as number),
    random: () => random,
    randomId: () => `id-${++ids}`,
    async advance(by) {
      const end = monotonic + by;
      await settle();
      for (;;) {
        const [next] = [...timers].filter(([, { at }]) => at <= end).sort(([, one], [, other]) => one.at - other.at);
        if (!next) break;
        const [id, { at, callback }] = next;
        timers.delete(id);
        pass(Math.max(0, at - monotonic));
        callback();
        await settle();
      }
      pass(end - monotonic);
      await settle();
    },
    sleep(by) {
      wall += by;
    },
    settle,
    get timers() {
      return timers.size;
    },
  };
}
