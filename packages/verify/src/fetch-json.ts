import type { Timers } from "./timers.ts";

/** The part of `fetch` that we use. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** A JSON document, and for how long it may be kept. */
export interface JsonDocument {
  readonly json: unknown;
  /** `max-age` of `Cache-Control`, in seconds; 0 for `no-store` and `no-cache`; undefined when nothing is said. */
  readonly maxAgeSeconds: number | undefined;
}

export type FetchJson = (url: string) => Promise<JsonDocument>;

/** The server answered, but not with 200. */
export class HttpStatusError extends Error {
  readonly status: number;

  constructor(url: string, status: number) {
    super(`${url} answered ${status}`);
    this.name = "HttpStatusError";
    this.status = status;
  }
}

const timeoutMs = 5_000;
const maxBytes = 1_048_576;

/**
 * Makes a `fetch` for the issuer's documents: 5 seconds with the body, 1 MB, no redirects (a redirect could lead the
 * trust in our keys to another host).
 */
export function createFetchJson({ fetch, timers }: { readonly fetch: Fetch; readonly timers: Timers }): FetchJson {
  return async (url) => {
    const controller = new AbortController();
    const timer = timers.setTimeout(
      () => controller.abort(new Error(`${url} took longer than ${timeoutMs} ms`)),
      timeoutMs,
    );
    try {
      // "manual", since not every runtime knows "error"; a redirect then is simply not a 200.
      const response = await fetch(url, {
        headers: { accept: "application/json" },
        redirect: "manual",
        signal: controller.signal,
      });
      if (response.status !== 200) throw new HttpStatusError(url, response.status);
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
