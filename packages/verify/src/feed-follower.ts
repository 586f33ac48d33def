import type { FeedHello, FeedMessage, FeedResync, FeedRevoked } from "@holdfast/protocol";
import { reconnectDelayMs } from "./backoff.ts";
import type { Discovery } from "./discovery.ts";
import { createEventStreamParser, type ServerSentEvent } from "./event-stream.ts";
import type { Emit } from "./events.ts";
import { followConnection } from "./feed-connection.ts";
import { parseFeedMessage } from "./feed-message.ts";
import { createFeedState, type FeedState } from "./feed-state.ts";
import type { Fetch } from "./fetch-json.ts";
import type { Revocations } from "./revocations.ts";
import { type Clock, delay, type Timers } from "./timers.ts";

export interface FeedFollowerDeps {
  readonly discovery: Discovery;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly timers: Timers;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly revocations: Revocations;
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
  const { clock, timers, revocations, emit } = deps;
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

  function onHello(hello: FeedHello): void {
    silenceMs = Math.min(2 * hello.heartbeat_seconds * 1000, longestSilenceMs);
    revocations.setHorizon(hello.horizon_seconds);
    const clockOffsetMs = hello.server_time_ms - clock.now();
    state.connected(clockOffsetMs);
    emit({ type: "feed_connected", clockOffsetMs });
    timers.setTimeout(resolveCaughtUp, backlogMs);
  }

  function onRevoked(revoked: FeedRevoked): void {
    revocations.add(revoked);
    revocations.prune();
    emit({ type: "revoked", subject: revoked.subject, lagMs: state.revocationArrived(revoked.at_ms) });
  }

  /** What we hold stays: all within the horizon comes again. What was lost may have been a change of keys. */
  function onResync({ reason }: FeedResync): void {
    deps.onKeysChanged();
    emit({ type: "feed_resync", reason });
  }

  function onTick(): void {
    revocations.prune();
    resolveCaughtUp();
  }

  function onMessage(message: FeedMessage): void {
    if (message.event === "hello") onHello(message.data);
    else if (message.event === "revoked") onRevoked(message.data);
    else if (message.event === "keys_changed") deps.onKeysChanged();
    else if (message.event === "resync") onResync(message.data);
    else onTick();
  }

  function onEvent(event: ServerSentEvent): void {
    try {
      const message = parseFeedMessage(event);
      if (message) onMessage(message);
    } catch (cause) {
      const error = new Error(`Cannot read the feed's \`${event.event}\``, { cause });
      // Without a hello nothing can be judged. Past any other we go on, or one bad line would hide all that follow.
      if (event.event === "hello") throw error;
      emit({ type: "feed_message_invalid", error });
    }
  }

  async function connectOnce(): Promise<never> {
    const { feedEndpoint } = await deps.discovery.read();
    if (feedEndpoint === undefined) throw new Error("The issuer's metadata has no holdfast_feed_endpoint");
    silenceMs = helloWithinMs;
    const parser = createEventStreamParser({ onEvent, lastEventId });
    try {
      return await followConnection({
        url: feedEndpoint,
        fetch: deps.fetch,
        timers,
        parser,
        onBytes: () => state.heard(parser.lastEventId),
        silenceMs: () => silenceMs,
        signal: closing.signal,
      });
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
        const error = cause instanceof Error ? cause : new Error(String(cause));
        const retryInMs = reconnectDelayMs({ failures, baseMs: baseDelayMs, random: deps.random });
        state.lost(error);
        resolveCaughtUp();
        emit({ type: "feed_lost", error, retryInMs });
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
