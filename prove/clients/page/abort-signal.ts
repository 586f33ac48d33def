import type { PageTimers } from "./timers.ts";

/** The class `AbortSignal` with its time-outs by the page's clock. */
export function createAbortSignalClass({ setTimeout }: PageTimers): object {
  const timeout = (delay: number) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new DOMException("signal timed out", "TimeoutError")), delay);
    return controller.signal;
  };
  return new Proxy(AbortSignal, {
    get: (target, name) => (name === "timeout" ? timeout : Reflect.get(target, name)),
  });
}
