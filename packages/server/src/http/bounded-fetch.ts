/** A fetch as libraries ask for it. */
export type BoundedFetch = (url: string, init?: object) => Promise<Response>;

export interface BoundedFetchOptions {
  readonly timeoutMs: number;
  /** Default: 1 MiB. */
  readonly maximumBytes?: number;
  /** Told of every answer's `Date` header, with the moments (ms) between which the answer came. */
  readonly onDate?: (theirs: number, sent: number, received: number) => void;
}

/** An answer from elsewhere broke a bound. */
export class BoundExceededError extends Error {
  override readonly name = "BoundExceededError";
}

/**
 * Makes a fetch for asking servers that are not ours: bounded in time from the first byte to the last, bounded in size
 * after decompression, following no redirects.
 *
 * @throws BoundExceededError, and whatever fetch throws
 */
export function createBoundedFetch({ timeoutMs, maximumBytes = 1_048_576, onDate }: BoundedFetchOptions): BoundedFetch {
  return async (url, init: RequestInit = {}) => {
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
    const sent = Date.now();
    const response = await fetch(url, { ...init, signal, redirect: "manual" });
    const date = Date.parse(response.headers.get("date") ?? "");
    if (!Number.isNaN(date)) onDate?.(date, sent, Date.now());
    const body = await readBounded(response, maximumBytes);
    const bodiless = response.status === 204 || response.status === 304;
    return new Response(bodiless ? null : body, { status: response.status, headers: response.headers });
  };
}

async function readBounded(response: Response, maximumBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maximumBytes) throw new BoundExceededError(`the answer is larger than ${maximumBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
