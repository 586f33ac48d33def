import type { Timers } from "./timers.ts";

/** The part of `fetch` that we use. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** A JSON document, and for how long it may be kept. */
export interface JsonDocument {
  readonly json: unknown;
  /** `max-age` of `Cache-Control`, in seconds; 0 for `no-store` and `no-cache`; undefined when nothing is said. */
  readonly maxAgeSeconds: number | undefined;
}

/** What is sent beside the address. */
export interface JsonRequest {
  /** Sent by POST; without one it is a GET. */
  readonly body?: string | URLSearchParams;
  readonly headers?: Readonly<Record<string, string>>;
  /** For all of it, in milliseconds; default 5,000. */
  readonly timeoutMs?: number;
  /** Ends it before its time. */
  readonly signal?: AbortSignal;
}

export type FetchJson = (url: string, request?: JsonRequest) => Promise<JsonDocument>;

/** The server answered, but not with what was asked for. */
export class HttpStatusError extends Error {
  readonly status: number;
  /** When it wants to be asked again, in seconds; undefined when it does not say. */
  readonly retryAfterSeconds: number | undefined;

  constructor(url: string, { status, headers }: Pick<Response, "status" | "headers">) {
    super(`${url} answered ${status}`);
    this.name = "HttpStatusError";
    this.status = status;
    const retryAfter = headers.get("retry-after") ?? "";
    this.retryAfterSeconds = /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined;
  }
}

const defaultTimeoutMs = 5_000;
const maxBytes = 1_048_576;

/**
 * Makes a `fetch` for what the issuer answers in JSON: 5 seconds with the body, 1 MB, no redirects (a redirect could
 * lead the trust in our keys, or our secret, to another host). `json` is undefined where a POST is answered with 204.
 */
export function createFetchJson({ fetch, timers }: { readonly fetch: Fetch; readonly timers: Timers }): FetchJson {
  return async (url, { body, headers, timeoutMs = defaultTimeoutMs, signal } = {}) => {
    const controller = new AbortController();
    const timer = timers.setTimeout(
      () => controller.abort(new Error(`${url} took longer than ${timeoutMs} ms`)),
      timeoutMs,
    );
    try {
      // "manual", since not every runtime knows "error"; a redirect then is simply not a 200.
      const response = await fetch(url, {
        ...(body === undefined ? {} : { method: "POST", body }),
        headers: { accept: "application/json", ...headers },
        redirect: "manual",
        signal: signal ? AbortSignal.any([signal, controller.signal]) : controller.signal,
      });
      if (body !== undefined && response.status === 204) return { json: undefined, maxAgeSeconds: undefined };
      if (response.status !== 200) throw new HttpStatusError(url, response);
      const text = await readText(response, url);
      return { json: JSON.parse(text), maxAgeSeconds: readMaxAge(response.headers.get("cache-control")) };
    } finally {
      timers.clearTimeout(timer);
      // Lets go of a body that was not read to its end.
      controller.abort();
    }
  };
}

async function readText(response: Response, url: string): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let size = 0;
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    size += part.value.byteLength;
    if (size > maxBytes) {
      void reader?.cancel();
      throw new Error(`${url} answered more than ${maxBytes} bytes`);
    }
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}

function readMaxAge(cacheControl: string | null): number | undefined {
  if (cacheControl === null) return undefined;
  if (/\bno-(?:store|cache)\b/i.test(cacheControl)) return 0;
  const [, seconds] = /(?:^|[\s,])max-age="?(\d+)/i.exec(cacheControl) ?? [];
  return seconds === undefined ? undefined : Number(seconds);
}
