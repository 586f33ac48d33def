import type { FeedPollAnswer } from "@holdfast/protocol";
import { reconnectDelayMs } from "./backoff.ts";
import type { ClaimsChanges } from "./claims-changes.ts";
import type { Discovery } from "./discovery.ts";
import { createEventStreamParser } from "./event-stream.ts";
import type { Emit } from "./events.ts";
import { FeedSilentError, followConnection } from "./feed-connection.ts";
import { explainLoss } from "./feed-loss.ts";
import { createFeedNews } from "./feed-news.ts";
import { followByPolls } from "./feed-polls.ts";
import { createFeedState, type FeedState } from "./feed-state.ts";
import type { Fetch, FetchJson } from "./fetch-json.ts";
import type { Revocations } from "./revocations.ts";
import { type Clock, delay, type Timers } from "./timers.ts";

export interface FeedFollowerDeps {
  readonly discovery: Discovery;
  readonly fetch: Fetch;
  readonly fetchJson: FetchJson;
  /** The `Authorization` header; undefined for none. */
  readonly authorization: string | undefined;
  readonly clock: Clock;
  readonly timers: Timers;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly revocations: Revocations;
  /** Undefined where outdated tokens are good. */
  readonly claimsChanges: ClaimsChanges | undefined;
  readonly onKeysChanged: () => void;
  readonly emit: Emit;
}

/** Follows the issuer's feed, and goes on following it whatever happens to the connection. */
export interface FeedFollower {
  /** Begins; again changes nothing. */
  start(): void;
  /**
   * Resolves once: when what was revoked before has been read (until the first `tick` after `hello`, or for 100 ms), or
   * when the first attempt has failed, which takes 15 seconds at most. Never rejects.
   */
  readonly caughtUp: Promise<void>;
  readonly state: FeedState;
  /** Ends the connection for good. */
  close(): void;
}

/** From the attempt to `hello`. */
const helloWithinMs = 5_000;
/** From `hello` to the end of what was missed, where no `tick` marks it. */
const backlogMs = 100;
/** A connection that lived this long was a good one: the next attempt begins with the shortest delay again. */
const stableMs = 5_000;
/** However seldom the server ticks; timers of some runtimes go wrong beyond 24 days. */
const longestSilenceMs = 600_000;

/** Makes a follower at rest. */
export function createFeedFollower(deps: FeedFollowerDeps): FeedFollower {
  const { clock, timers, emit } = deps;
  const state = createFeedState(clock);
  const closing = new AbortController();
  let resolveCaughtUp: () => void = () => {};
  const caughtUp = new Promise<void>((resolve) => {
    resolveCaughtUp = resolve;
  });
  let started = false;
  let silenceMs = helloWithinMs;
  let lastEventId = "";
  let baseDelayMs: number | undefined;
  let isHeldBack = false;

  const news = createFeedNews({
    clock,
    state,
    revocations: deps.revocations,
    claimsChanges: deps.claimsChanges,
    onHello({ heartbeat_seconds }) {
      silenceMs = Math.min(2 * heartbeat_seconds * 1000, longestSilenceMs);
      timers.setTimeout(resolveCaughtUp, backlogMs);
    },
    onKeysChanged: deps.onKeysChanged,
    onSettled: () => resolveCaughtUp(),
    emit,
  });

  function onAnswer(answer: FeedPollAnswer): void {
    if (state.current !== "following") news.connected(answer);
    // In the form in which a stream brings them, so that what cannot be read is passed over in one place.
    for (const { event, data } of answer.messages) news.take({ event, data: JSON.stringify(data) });
    lastEventId = answer.cursor;
    state.heard(lastEventId);
    if (!answer.more) news.settled();
  }

  async function connectOnce(): Promise<never> {
    const { feedEndpoint: url } = await deps.discovery.read();
    if (url === undefined) throw new Error("The issuer's metadata has no holdfast_feed_endpoint");
    // Whenever it ends, the stream gets another chance: the way may be another by then.
    const isByPolls = isHeldBack;
    isHeldBack = false;
    return isByPolls ? pollOnwards(url) : followStream(url);
  }

  function pollOnwards(url: string): Promise<never> {
    const { fetchJson, authorization } = deps;
    return followByPolls({ url, fetchJson, authorization, cursor: lastEventId, onAnswer, signal: closing.signal });
  }

  async function followStream(url: string): Promise<never> {
    let hasHeard = false;
    silenceMs = helloWithinMs;
    const parser = createEventStreamParser({ onEvent: news.take, lastEventId });
    try {
      return await followConnection({
        url,
        fetch: deps.fetch,
        authorization: deps.authorization,
        timers,
        parser,
        onBytes() {
          hasHeard = true;
          state.heard(parser.lastEventId);
        },
        silenceMs: () => silenceMs,
        signal: closing.signal,
      });
    } catch (error) {
      // Not a byte, not even of the greeting: something on the way may be gathering the stream.
      isHeldBack = !hasHeard && error instanceof FeedSilentError;
      throw error;
    } finally {
      lastEventId = parser.lastEventId;
      baseDelayMs = parser.retryMs ?? baseDelayMs;
    }
  }

  async function run(): Promise<void> {
    for (let failures = 0; !closing.signal.aborted; failures += 1) {
      const begunAt = clock.now();
      try {
        await connectOnce();
      } catch (cause) {
        if (closing.signal.aborted) return;
        if (clock.now() - begunAt >= stableMs && state.current === "following") failures = 0;
        const { reason, error, leastMs } = explainLoss(cause);
        const retryInMs = reconnectDelayMs({ failures, baseMs: baseDelayMs, leastMs, random: deps.random });
        state.lost(reason, error);
        resolveCaughtUp();
        emit({ type: "feed_lost", reason, error, retryInMs });
        await delay(retryInMs, closing.signal, timers);
      }
    }
  }

  return {
    state,
    start() {
      if (started || closing.signal.aborted) return;
      started = true;
      state.connecting();
      void run();
    },
    caughtUp,
    close() {
      closing.abort(new Error("The verifier was closed"));
      state.off();
      resolveCaughtUp();
    },
  };
}
