import type { ClientEnv, Milliseconds } from "./env.ts";

/** How long a tab waits for another to finish. */
const patience: Milliseconds = 8000;

/**
 * Waits for the tab's turn, and answers with the way to end it. It only saves requests: after eight seconds, when
 * `giveUp` is aborted or where there are no locks, the tab goes on without. What another holds is never taken from it.
 */
export function takeTurn(env: ClientEnv, name: string, giveUp?: AbortSignal): Promise<() => void> {
  return new Promise((resolve) => {
    const waiting = new AbortController();
    let isOver = false;

    function goOn(release: () => void): void {
      isOver = true;
      env.clearTimer(timer);
      resolve(release);
    }
    function stop(): void {
      goOn(() => {});
      waiting.abort();
    }
    const timer = env.setTimer(stop, patience);
    if (!env.locks || giveUp?.aborted) return stop();
    giveUp?.addEventListener("abort", stop);
    // Granted after all, when nobody waits any more: handed on at once.
    const hold = () => new Promise<void>((release) => (isOver ? release() : goOn(release)));
    const { locks } = env;
    // Some browsers throw for pages that may have none.
    (async () => locks?.request(name, { signal: waiting.signal }, hold))().catch(stop);
  });
}
