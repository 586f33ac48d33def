import type { Milliseconds } from "../env.ts";
import type { CookieJar } from "./cookie-jar.ts";
import type { TabRuntime } from "./tab-runtime.ts";
import type { Trace } from "./trace.ts";

/** A request that has left a tab. */
export interface SentRequest {
  /** Milliseconds since the world began. */
  readonly at: Milliseconds;
  readonly tab: string;
  readonly path: string;
  readonly request: Request;
}

/** One request and its answer, as the browser has them between page and network. */
export interface Exchange {
  readonly tab: string;
  /** With the browser's own headers: cookies, origin. */
  readonly request: Request;
  /** For the trace. */
  readonly title: string;
  /** What the page waits for. */
  readonly answer: Promise<Response>;
  /** Nobody waits for it any more. */
  readonly isClosed: () => boolean;
  deliver(response: Response): void;
  /** `TypeError: Failed to fetch`. */
  fail(): void;
  /** Nothing more will come; nor does anybody notice. */
  breakConnection(): void;
  /** The page is gone. */
  drop(): void;
}

export interface ExchangeDeps {
  readonly tab: TabRuntime;
  readonly origin: string;
  readonly request: Request;
  readonly signal: AbortSignal | null | undefined;
  readonly jar: CookieJar;
  readonly trace: Trace;
  readonly onClose: () => void;
}

export function createExchange(deps: ExchangeDeps): Exchange {
  const { tab, origin, signal, jar, trace } = deps;
  const url = new URL(deps.request.url);
  const request = withBrowserHeaders(deps.request, url, origin, jar);
  const title = describe(request, url);
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  let isClosed = false;
  let isBroken = false;

  function close(): boolean {
    if (isClosed) return false;
    isClosed = true;
    signal?.removeEventListener("abort", abort);
    deps.onClose();
    return true;
  }

  function abort(): void {
    if (!close()) return;
    trace.add(tab.name, `× ${title} aborted`);
    reject(signal?.reason);
  }

  if (signal?.aborted) abort();
  else signal?.addEventListener("abort", abort, { once: true });

  return {
    tab: tab.name,
    request,
    title,
    answer: promise,
    isClosed: () => isClosed,
    deliver(response) {
      // An answer to an aborted request writes no cookie; one for a frozen page does, before the page learns of it.
      if (isClosed || isBroken) return;
      if (mayUseCookies(request, url, origin)) jar.take(url, response.headers.getSetCookie(), { from: origin });
      tab.whenRunning(() => {
        if (!close()) return;
        trace.add(tab.name, `← ${response.status} ${url.pathname}`);
        resolve(response);
      });
    },
    fail() {
      if (isBroken) return;
      tab.whenRunning(() => {
        if (!close()) return;
        trace.add(tab.name, `× ${title} failed`);
        reject(new TypeError("Failed to fetch"));
      });
    },
    breakConnection() {
      isBroken = true;
    },
    drop() {
      if (request.keepalive || !close()) return;
      trace.add(tab.name, `× ${title} dropped with its page`);
      // A page that comes back from the back/forward cache finds it failed.
      tab.whenRunning(() => reject(new TypeError("Failed to fetch")));
    },
  };
}

function withBrowserHeaders(request: Request, url: URL, origin: string, jar: CookieJar): Request {
  const headers = new Headers(request.headers);
  const cookie = mayUseCookies(request, url, origin) ? jar.headerFor(url, { from: origin }) : null;
  if (cookie !== null) headers.set("cookie", cookie);
  headers.set("origin", origin);
  return new Request(request, { headers });
}

function mayUseCookies(request: Request, url: URL, origin: string): boolean {
  return request.credentials === "include" || (request.credentials === "same-origin" && url.origin === origin);
}

function describe(request: Request, { pathname }: URL): string {
  const key = request.headers.get("idempotency-key");
  return `${request.method} ${pathname}${key === null ? "" : ` key ${key.slice(0, 6)}`}`;
}
