/**
 * What goes over the wire. The client takes its `fetch` from `env`, so that a page can watch it at work: nothing here
 * changes a request or an answer.
 */
import { createStore, type Store } from "./store.ts";

export interface Exchange {
  readonly id: number;
  readonly method: string;
  readonly url: string;
  /** Names in lower case. */
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** `pending` while there is no answer; `lost`: there will be none. */
  readonly answer: ExchangeAnswer | "pending" | "lost";
}

export interface ExchangeAnswer {
  readonly status: number;
  readonly statusText: string;
  /** As many as another origin lets a page see. Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds until it began. */
  readonly tookMs: number;
}

type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

export interface Wire {
  readonly fetch: Fetch;
  /** The newest last. */
  readonly exchanges: Store<readonly Exchange[]>;
}

const kept = 24;

/** @param now milliseconds */
export function createWire(send: Fetch, now: () => number): Wire {
  const exchanges = createStore<readonly Exchange[]>([]);
  let lastId = 0;

  function settle(id: number, answer: Exchange["answer"]): void {
    exchanges.set(exchanges.get().map((each) => (each.id === id ? { ...each, answer } : each)));
  }

  return {
    exchanges,
    async fetch(input, init) {
      const id = ++lastId;
      const given = input instanceof Request ? input : null;
      const method = init?.method ?? given?.method ?? "GET";
      const requestHeaders = Object.fromEntries(new Headers(init?.headers ?? given?.headers));
      const begun: Exchange = { id, method, url: given?.url ?? String(input), requestHeaders, answer: "pending" };
      exchanges.set([...exchanges.get(), begun].slice(-kept));
      const sent = now();
      try {
        const response = await send(input, init);
        const { status, statusText } = response;
        settle(id, { status, statusText, headers: Object.fromEntries(response.headers), tookMs: now() - sent });
        return response;
      } catch (error) {
        settle(id, "lost");
        throw error;
      }
    },
  };
}

/** The newest exchange with this address. */
export function lastTo(exchanges: readonly Exchange[], url: string): Exchange | undefined {
  return exchanges.findLast((each) => each.url === url);
}
