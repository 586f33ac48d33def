import type { ClientEnv, Milliseconds, TimerHandle } from "./env.ts";
import type { Answer, Exchange } from "./exchange.ts";
import { asObject, type JsonStorage } from "./json-storage.ts";
import type { ClientConfig } from "./options.ts";

/** A session that is over here, and that the server is still to hear of. */
export interface Farewell {
  readonly sid: string;
  /** To be given back, where we hold it; else the cookies say which session it is. */
  readonly refreshToken?: string | undefined;
}

/** Tells the server of sign-outs: at once, again until it works, and after a reload. */
export interface Farewells {
  /** Resolves after the first try, however that went. */
  add(farewell: Farewell): Promise<void>;
  readonly isPending: () => boolean;
  /** Tries now what is pending. Resolves when everything was tried once. */
  flush(): Promise<void>;
  dispose(): void;
}

export interface FarewellsDeps {
  readonly config: ClientConfig;
  readonly env: ClientEnv;
  readonly exchange: Exchange;
  readonly shared: JsonStorage;
  /** What had to wait is done. */
  readonly onDone: () => void;
}

const name = ":signout";
const longestPause: Milliseconds = 300_000;

export function createFarewells({ config, env, exchange, shared, onDone }: FarewellsDeps): Farewells {
  const client_id = config.clientId;
  let timer: TimerHandle | null = null;
  let failures = 0;
  const stop = new AbortController();

  function pending(): readonly Farewell[] {
    const stored = shared.read(name);
    return Array.isArray(stored) ? stored : [];
  }

  const keep = (all: readonly Farewell[]) => shared.write(name, all.length > 0 ? all : null);

  /** @param isFirst whether the cookies cannot be another session's yet */
  async function tell({ sid, refreshToken }: Farewell, isFirst: boolean): Promise<boolean> {
    // Goes on when the page is left; only nobody waits for it then.
    const common = { keepalive: true, signal: stop.signal };
    if (refreshToken) {
      const form = { client_id, token: refreshToken };
      if (!isHeard(await exchange("/revoke", { form, ...common }))) return false;
    }
    if (!isFirst || refreshToken) {
      // Somebody may have signed in since: their session is not ours to end.
      const { status, body } = await exchange("/session", { withCookies: true, ...common });
      if (status !== 200) return status === 401;
      if (asObject(body).sid !== sid) return true;
    }
    return isHeard(await exchange("/signout", { form: { client_id, sid }, withCookies: true, ...common }));
  }

  async function attempt(farewell: Farewell, isFirst: boolean): Promise<void> {
    const isTold = await tell(farewell, isFirst).catch(() => false);
    const same = JSON.stringify(farewell);
    if (isTold) keep(pending().filter((each) => JSON.stringify(each) !== same));
  }

  function settle(): void {
    env.clearTimer(timer);
    timer = null;
    if (stop.signal.aborted || pending().length === 0) return;
    const pause = Math.min(1000 * 2 ** failures++, longestPause) * (0.5 + env.random() / 2);
    timer = env.setTimer(() => void retry(), pause);
  }

  async function flush(): Promise<void> {
    for (const farewell of pending()) await attempt(farewell, false);
    settle();
  }

  async function retry(): Promise<void> {
    await flush();
    if (!stop.signal.aborted && timer === null) onDone();
  }

  return {
    async add(farewell) {
      failures = 0;
      keep([...pending(), farewell]);
      await attempt(farewell, true);
      settle();
    },
    isPending: () => pending().length > 0,
    flush,
    dispose() {
      stop.abort();
      settle();
    },
  };
}

/** Done, or refused for good: asking again changes nothing. */
const isHeard = ({ status, body }: Answer) => status === 200 || asObject(body).retryable === false;
