import { AuthError } from "../auth-error.ts";
import type { Clock, Moment } from "../clock.ts";
import type { Milliseconds } from "../env.ts";
import type { ServiceEnv } from "./service-env.ts";
import { waitFor } from "./waiting.ts";

/** A server's answer, read to its end. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The body, where it is a JSON object; null where it is anything else: a proxy's page, a torn answer, nothing. */
  readonly json: Readonly<Record<string, unknown>> | null;
  /** When the request left: what the answer grants was granted no earlier. */
  readonly sentAt: Moment;
  readonly receivedAt: Moment;
}

export interface HttpRequest {
  /** Sent by POST; without one it is a GET. */
  readonly form?: URLSearchParams;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: Milliseconds;
  readonly signal?: AbortSignal | undefined;
}

export interface ExchangeDeps {
  readonly env: Pick<ServiceEnv, "fetch" | "setTimer" | "clearTimer">;
  readonly clock: Clock;
}

const maximumBytes = 1_048_576;

/**
 * One request and its answer, of whatever status. Redirects are not followed: they could lead a secret to another host.
 *
 * @throws AuthError `network_error`, `request_timeout`, `request_aborted`, `malformed_response` (over 1 MB)
 */
export async function exchange(deps: ExchangeDeps, url: string, request: HttpRequest): Promise<HttpAnswer> {
  const { timeoutMs, signal } = request;
  const controller = new AbortController();
  const late = () =>
    new AuthError("request_timeout", `${hostOf(url)} did not answer within ${timeoutMs} ms.`, { kind: "transient" });
  try {
    // Waited for from outside: a `fetch` that does not heed its signal, on a socket that hangs, must not hold us up.
    return await waitFor(fetchAnswer(deps, url, request, controller.signal), deps.env, {
      atMostMs: timeoutMs,
      late,
      signal,
    });
  } catch (cause) {
    if (cause instanceof AuthError) throw cause;
    throw new AuthError("network_error", `${hostOf(url)} could not be reached.`, { kind: "transient", cause });
  } finally {
    // Lets go of a body that was not read to its end.
    controller.abort();
  }
}

async function fetchAnswer(
  { env, clock }: ExchangeDeps,
  url: string,
  { form, headers }: HttpRequest,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const sentAt = clock.now();
  const response = await env.fetch(url, {
    ...(form === undefined ? {} : { method: "POST", body: form }),
    headers: { accept: "application/json", ...headers },
    // "manual", since not every runtime knows "error": a redirect is then an answer like any other.
    redirect: "manual",
    signal,
  });
  const json = parseObject(await readText(response));
  return { status: response.status, headers: response.headers, json, sentAt, receivedAt: clock.now() };
}

async function readText(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    size += part.value.byteLength;
    if (size > maximumBytes) {
      throw new AuthError("malformed_response", "The answer is longer than 1 MB.", { kind: "transient" });
    }
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}

/** What the parser complains of is left out on purpose: it quotes the text, which may hold a token. */
function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** Without path and query, where secrets might stand. */
export function hostOf(url: string): string {
  return new URL(url).host;
}
