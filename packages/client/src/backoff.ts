import type { AuthError } from "./auth-error.ts";
import type { ClientEnv, Milliseconds } from "./env.ts";

export interface Backoff {
  /** How long to wait after this failure, the next of a row. */
  next(error: AuthError): Milliseconds;
  /** The row has ended, or something happened that makes it worth trying at once. */
  reset(): void;
}

/** Exponential, with jitter over all but the first tenth: a random number of 0 must not make a tab spin. */
export function createBackoff({ random, lifecycle }: Pick<ClientEnv, "random" | "lifecycle">): Backoff {
  let failures = 0;
  return {
    next({ code, kind }) {
      const turn = failures++;
      const isNetwork = /^(network_error|request_|refresh_)/.test(code);
      // Most failures are a connection that has gone stale in the meantime: the first time, at once.
      if (isNetwork && turn === 0 && code !== "request_aborted") return 0;
      const [first, longest] = growth(kind === "transient", isNetwork, lifecycle.isVisible());
      const delay = Math.min(first * 2 ** turn, longest) * (0.1 + 0.9 * random());
      // The browser's word for it is often wrong: it makes us slower, never still.
      return isNetwork && !lifecycle.isOnline() ? 2 * delay : delay;
    },
    reset() {
      failures = 0;
    },
  };
}

function growth(
  isWeather: boolean,
  isNetwork: boolean,
  isVisible: boolean,
): [first: Milliseconds, longest: Milliseconds] {
  // Somebody has to change something first.
  if (!isWeather) return [60_000, 300_000];
  if (!isNetwork) return [1000, 60_000];
  return [125, isVisible ? 30_000 : 300_000];
}
