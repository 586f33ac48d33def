import { transient } from "./auth-error.ts";
import type { Clock, Moment } from "./clock.ts";
import type { ClientEnv, Milliseconds } from "./env.ts";

/** What came back, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The body, where it is JSON; undefined for all else. */
  readonly body: unknown;
  /** When the request left. */
  readonly sent: Moment;
}

export interface ExchangeRequest {
  /** Sent by POST; without it the request is a GET. */
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly withCookies?: boolean;
  /** Outlives the page. */
  readonly keepalive?: boolean;
  /** Default: 10,000. */
  readonly timeout?: Milliseconds;
  readonly signal?: AbortSignal;
}

/** One request to Holdfast. @throws AuthError `network_error`, `request_timeout`, `request_aborted` */
export type Exchange = (path: string, request: ExchangeRequest) => Promise<Answer>;

export function createExchange(env: ClientEnv, clock: Clock, issuer: string): Exchange {
  return (path, { form, headers, withCookies, keepalive = false, timeout = 10_000, signal }) =>
    new Promise((resolve, reject) => {
      const sent = clock.now();
      const stop = new AbortController();

      function fail(code: string, cause?: unknown): void {
        env.clearTimer(timer);
        reject(transient(code, `No answer from ${issuer}${path}.`, { cause }));
        if (!keepalive) stop.abort();
      }
      // Also where a `fetch` does not heed its signal: a socket that hangs must not hold anything up.
      const timer = env.setTimer(() => fail("request_timeout"), timeout);
      signal?.addEventListener("abort", () => fail("request_aborted"));
      if (signal?.aborted) return fail("request_aborted");

      async function run(): Promise<void> {
        const response = await env.fetch(issuer + path, {
          ...(form && { method: "POST", body: new URLSearchParams(form) }),
          headers: { Accept: "application/json", ...headers },
          credentials: withCookies ? "include" : "omit",
          cache: "no-store",
          // A refresh token goes to nobody else, whatever a captive portal says.
          redirect: "error",
          keepalive,
          signal: stop.signal,
        });
        const body = parseJson(await response.text());
        env.clearTimer(timer);
        resolve({ status: response.status, headers: response.headers, body, sent });
      }
      run().catch((cause) => fail("network_error", cause));
    });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
