const firstPauseMs = 200;
const triesAtMost = 6;

interface SessionOverDeps {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly pause: (ms: number) => Promise<void>;
}

const inPage: SessionOverDeps = {
  fetch: (url, init) => globalThis.fetch(url, init),
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/**
 * Resolves when the app's server knows of no session either, or when it has been asked for long enough.
 *
 * @throws the signal's reason
 */
export async function untilSessionIsOver(
  sessionUrl: string,
  signal: AbortSignal,
  { fetch, pause }: SessionOverDeps = inPage,
): Promise<void> {
  for (let tries = 0; tries < triesAtMost; tries += 1) {
    const answer = await fetch(sessionUrl, { cache: "no-store", signal }).catch(() => null);
    signal.throwIfAborted();
    if (answer?.status === 401) return;
    await pause(firstPauseMs * 2 ** tries);
    signal.throwIfAborted();
  }
}
