import type { ClientEnv } from "@holdfast/client";
import { minutes } from "@holdfast/client/testing";

/** After which browsers give up on a request that nobody answers: Chromium and Firefox alike. */
const browserTimeout = minutes(5);

/** `fetch` that fails, as in a browser, when no answer comes for five minutes. */
export function createFetch({ fetch, setTimer, clearTimer }: ClientEnv): ClientEnv["fetch"] {
  return (input, init) =>
    new Promise((resolve, reject) => {
      const timer = setTimer(() => reject(new TypeError("Failed to fetch")), browserTimeout);
      fetch(input, init)
        .then(resolve, reject)
        .finally(() => clearTimer(timer));
    });
}
