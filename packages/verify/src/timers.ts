/** Milliseconds since 1970-01-01T00:00:00Z, from whatever clock the verifier is to believe. */
export interface Clock {
  now(): number;
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now() };

/** One-shot timers, passed in so that tests own time. */
export interface Timers {
  /** Calls back once, after `ms` milliseconds; answers a handle for `clearTimeout`. */
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** The runtime's timers. They never keep a process alive, where the runtime has a way to say so (Node, Bun, Deno). */
export const runtimeTimers: Timers = {
  setTimeout(callback, ms) {
    const handle: unknown = setTimeout(callback, ms);
    if (typeof handle === "object" && handle !== null && "unref" in handle && typeof handle.unref === "function") {
      handle.unref();
    }
    return handle;
  },
  clearTimeout(handle) {
    clearTimeout(handle as number);
  },
};

/** Resolves when `promise` does, or after `ms` milliseconds, whichever is first. Rejects only as `promise` does. */
export function settleWithin(promise: Promise<unknown>, ms: number, timers: Timers): Promise<void> {
  return new Promise((resolve, reject) => {
    const handle = timers.setTimeout(resolve, ms);
    promise.then(() => resolve(), reject).finally(() => timers.clearTimeout(handle));
  });
}

/** Resolves after `ms` milliseconds, or as soon as the signal aborts. */
export function delay(ms: number, signal: AbortSignal, timers: Timers): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      timers.clearTimeout(handle);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const handle = timers.setTimeout(finish, ms);
    signal.addEventListener("abort", finish);
  });
}
