import type { ClientEnv, TimerHandle } from "@holdfast/client";

type Callback = (...parameters: unknown[]) => void;

/** The timer functions of a page. */
export interface PageTimers {
  setTimeout(callback: Callback, delay?: number, ...parameters: unknown[]): number;
  setInterval(callback: Callback, interval?: number, ...parameters: unknown[]): number;
  clearTimeout(id?: number): void;
  clearInterval(id?: number): void;
}

export function createPageTimers({ setTimer, clearTimer }: Pick<ClientEnv, "setTimer" | "clearTimer">): PageTimers {
  const armed = new Map<number, TimerHandle>();
  let nextId = 1;

  function clear(id: number | undefined): void {
    if (id === undefined) return;
    clearTimer(armed.get(id));
    armed.delete(id);
  }

  return {
    setTimeout(callback, delay = 0, ...parameters) {
      const id = nextId++;
      const fire = () => {
        armed.delete(id);
        callback(...parameters);
      };
      armed.set(id, setTimer(fire, Number(delay) || 0));
      return id;
    },
    setInterval(callback, interval = 0, ...parameters) {
      const id = nextId++;
      const arm = () => armed.set(id, setTimer(fire, Math.max(1, Number(interval) || 0)));
      const fire = () => {
        arm();
        callback(...parameters);
      };
      arm();
      return id;
    },
    clearTimeout: clear,
    clearInterval: clear,
  };
}
