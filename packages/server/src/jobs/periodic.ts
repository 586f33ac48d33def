/** Work that a node does again and again. Ends with `stop`, which waits for what is under way. */
export interface PeriodicWork {
  stop(): Promise<void>;
}

interface PeriodicOptions {
  readonly everyMs: number;
  readonly work: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** Runs the work every so often: never twice at once, and never keeping the process alive. A failure is told, not fatal. */
export function runPeriodically({ everyMs, work, onError }: PeriodicOptions): PeriodicWork {
  let running: Promise<void> = Promise.resolve();
  let isBusy = false;
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    running = work()
      .catch(onError)
      .finally(() => {
        isBusy = false;
      });
  }, everyMs);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
