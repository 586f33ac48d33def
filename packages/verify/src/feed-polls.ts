import type { FeedPollAnswer } from "@holdfast/protocol";
import type { FetchJson } from "./fetch-json.ts";

/** What following by requests needs. */
export interface FeedPollsOptions {
  readonly url: string;
  readonly fetchJson: FetchJson;
  /** The `Authorization` header; undefined for none. */
  readonly authorization: string | undefined;
  /** Where to go on; empty for a newcomer. */
  readonly cursor: string;
  readonly onAnswer: (answer: FeedPollAnswer) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** How long the server may wait for news before it answers that there is none: shorter than proxies lose patience. */
const waitSeconds = 25;
/** For the answer itself. */
const graceMs = 5_000;

/**
 * Follows the feed by one request after the other, for where something on the way holds event streams back: each is
 * answered when there is news, and whole, so that nothing can be held back.
 *
 * @throws Error always: it only ends for a reason, and this is it
 */
export async function followByPolls(options: FeedPollsOptions): Promise<never> {
  const { fetchJson, authorization, signal } = options;
  const headers = authorization === undefined ? {} : { authorization };
  const url = new URL(options.url);
  let { cursor } = options;
  // Not to wait for the first: it says that we are connected, and tells all that was missed.
  for (let wait = 0; ; wait = waitSeconds) {
    url.searchParams.set("wait", String(wait));
    if (cursor !== "") url.searchParams.set("cursor", cursor);
    const { json } = await fetchJson(url.href, { headers, timeoutMs: wait * 1000 + graceMs, signal });
    const answer = parseAnswer(json);
    options.onAnswer(answer);
    cursor = answer.cursor;
  }
}

function parseAnswer(json: unknown): FeedPollAnswer {
  const answer = (json ?? {}) as Readonly<Record<keyof FeedPollAnswer, unknown>>;
  const { server_time_ms, horizon_seconds, messages, cursor } = answer;
  const isValid =
    isNumber(server_time_ms) && isNumber(horizon_seconds) && Array.isArray(messages) && typeof cursor === "string";
  if (isValid) return json as FeedPollAnswer;
  throw new Error("The feed did not answer with `server_time_ms`, `horizon_seconds`, `messages` and `cursor`");
}

function isNumber(value: unknown): boolean {
  return typeof value === "number" && value >= 0;
}
