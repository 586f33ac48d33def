import { type Backoff, createBackoff } from "../backoff.ts";
import type { TabLifecycle } from "../env.ts";
import type { ServiceEnv } from "./service-env.ts";

/** A process is nobody's background tab, and has no browser to tell it whether it is online. */
const always: TabLifecycle = { isOnline: () => true, isVisible: () => true, listen: () => () => undefined };

/** The backoff of the browser's core; a server that says how long to wait is obeyed first. */
export function createServiceBackoff({ random }: Pick<ServiceEnv, "random">): Backoff {
  const backoff = createBackoff({ random, lifecycle: always });
  return {
    next(error) {
      const delayMs = backoff.next(error);
      // Whoever is told to wait so long comes a little later, each at a moment of their own.
      return error.retryAfterMs === undefined ? delayMs : error.retryAfterMs * (1 + random() / 4);
    },
    reset: backoff.reset,
  };
}
