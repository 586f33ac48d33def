import type { ClientEnv } from "../../../packages/client/src/index.ts";
import { minutes } from "../../../packages/client/src/testing/index.ts";

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
