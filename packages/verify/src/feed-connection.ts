import type { EventStreamParser } from "./event-stream.ts";
import { type Fetch, HttpStatusError } from "./fetch-json.ts";
import type { Timers } from "./timers.ts";

/** What one connection to the feed needs. */
export interface FeedConnectionOptions {
  readonly url: string;
  readonly fetch: Fetch;
  /** The `Authorization` header; undefined for none. */
  readonly authorization: string | undefined;
  readonly timers: Timers;
  /** Takes the bytes; its `lastEventId` says where to go on. */
  readonly parser: EventStreamParser;
  /** Called after the parser has taken some. */
  readonly onBytes: () => void;
  /** How long silence may last before the connection counts as dead, in milliseconds; asked after every byte. */
  readonly silenceMs: () => number;
  /** Ends the connection. */
  readonly signal: AbortSignal;
}

/** What may be sent as `Last-Event-ID`; anything else would make `fetch` throw for ever. */
const headerSafe = /^[\x21-\x7e]{1,512}$/;

/**
 * Follows one connection to its end.
 *
 * @throws Error always: connections only end for a reason, and this is it
 */
export async function followConnection(options: FeedConnectionOptions): Promise<never> {
  const silence = watchSilence(options);
  const signal = AbortSignal.any([options.signal, silence.signal]);
  try {
    const response = await options.fetch(options.url, {
      headers: requestHeaders(options),
      redirect: "manual",
      signal,
    });
    assertEventStream(response, options.url);
    const reader = response.body?.getReader();
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      options.parser.push(part.value);
      options.onBytes();
      silence.heard();
    }
    throw new Error("The server closed the feed");
  } finally {
    silence.stop();
  }
}

function requestHeaders({ authorization, parser }: FeedConnectionOptions): Record<string, string> {
  const headers: Record<string, string> = { accept: "text/event-stream", "cache-control": "no-store" };
  if (authorization !== undefined) headers.authorization = authorization;
  if (headerSafe.test(parser.lastEventId)) headers["last-event-id"] = parser.lastEventId;
  return headers;
}

function assertEventStream(response: Response, url: string): void {
  if (response.status !== 200) throw new HttpStatusError(url, response);
  const type = response.headers.get("content-type") ?? "nothing";
  if (!/^text\/event-stream\s*(;|$)/i.test(type)) throw new Error(`${url} answered ${type}, not text/event-stream`);
}

/** Nothing came for too long. */
export class FeedSilentError extends Error {
  constructor(ms: number) {
    super(`The feed was silent for ${ms} ms`);
    this.name = "FeedSilentError";
  }
}

/** A half-open connection never says that it ended: only a clock can. */
function watchSilence({ timers, silenceMs }: FeedConnectionOptions): {
  readonly signal: AbortSignal;
  heard(): void;
  stop(): void;
} {
  const controller = new AbortController();
  let handle: unknown;
  function heard(): void {
    timers.clearTimeout(handle);
    const ms = silenceMs();
    handle = timers.setTimeout(() => controller.abort(new FeedSilentError(ms)), ms);
  }
  heard();
  return {
    signal: controller.signal,
    heard,
    stop() {
      timers.clearTimeout(handle);
      // Lets go of the socket when it was we who had enough.
      controller.abort(new Error("The connection to the feed is over"));
    },
  };
}
