import type { ClientEnv } from "../env.ts";

/** What a service or a device takes from outside: a `ClientEnv` without what only a page has. */
export type ServiceEnv = Pick<
  ClientEnv,
  "fetch" | "wallNow" | "monotonicNow" | "setTimer" | "clearTimer" | "random" | "randomId"
>;

/**
 * The runtime's own: Node from 20, Deno, Bun, workers. Timers keep the process alive, because they run only while
 * somebody waits.
 */
export function runtimeEnv(): ServiceEnv {
  return {
    fetch: (input, init) => fetch(input, init),
    wallNow: () => Date.now(),
    monotonicNow: () => performance.now(),
    setTimer: (callback, delay) => setTimeout(callback, delay),
    clearTimer: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
    random: () => Math.random(),
    randomId: () => crypto.randomUUID(),
  };
}
