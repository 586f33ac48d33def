import { setTimeout as delay } from "node:timers/promises";
import type { FeedMessage, FeedPollAnswer } from "@holdfast/protocol";
import type { Clock } from "../clock/clock.ts";
import type { FollowersTold, NewsSource, TellableEvent } from "../events/index.ts";
import { AppError } from "../http/app-error.ts";
import { runPeriodically } from "../jobs/periodic.ts";
import type { Logger } from "../logging/logger.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Database } from "../storage/database.ts";
import { findBeginning } from "./beginning.ts";
import type { Carrier } from "./carrier.ts";
import { formatCursor } from "./cursor.ts";
import { createReplayEncoder, encodeMessages } from "./delivery.ts";
import type { FeedEntry } from "./entry.ts";
import { createFollower, type Follower, type Wire } from "./followers.ts";
import { createFeedMetrics } from "./metrics.ts";
import { type Caller, createPlaces, type FollowerEnd } from "./places.ts";
import { createPolls, type PollRequest } from "./polls.ts";
import { createTail } from "./tail.ts";
import { createTellings } from "./tellings.ts";

// A hint may get lost; this is how late a line can then be.
const pollEveryMs = 1_000;
// Whoever comes waits this long at most for the database: the feed goes on without it.
const lookWithinMs = 1_000;

export interface FeedDeps {
  readonly database: Database;
  /** How nodes hear of each other's news; beside them each node looks once a second. */
  readonly carriers: readonly Carrier[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** What operators call this node. */
  readonly node: string;
  readonly settings: {
    /** Seconds. */
    readonly heartbeat: number;
    readonly maxFollowers: number;
    /** Seconds: the longest an access token lives, and a margin. */
    readonly horizon: number;
  };
  readonly onError: (error: unknown) => void;
}

/** Whoever asks to follow. */
export interface FollowRequest extends Caller {
  /** Where to go on; null for a newcomer. */
  readonly cursor: string | null;
  /** What is below the stream, where there is such a thing. */
  readonly wire?: Wire | undefined;
}

/** The ordered, resumable feed of revocations and changes that services follow. */
export interface Feed extends NewsSource {
  /**
   * Opens a stream from a cursor, or from the horizon for a newcomer.
   *
   * @throws AppError `rate_limited` when too many follow already, `temporarily_unavailable` when this node is stopping
   */
  follow(request: FollowRequest): Promise<ReadableStream>;
  /**
   * Answers with what comes after a cursor, at once or when there is something.
   *
   * @throws AppError `rate_limited`, `temporarily_unavailable`
   */
  poll(request: PollRequest): Promise<FeedPollAnswer>;
  /**
   * Whom nodes told of events as they happened: streams, and requests that waited. Whoever came later is not known, nor
   * what a node that died had not written down yet.
   */
  tellings(events: readonly TellableEvent[]): Promise<FollowersTold[]>;
  /** Streams and waiting requests. */
  readonly followers: number;
  /** Ends every stream and wait: whoever follows comes back with their cursor, to another node where there is one. */
  close(): Promise<void>;
}

export async function createFeed({ settings, ...deps }: FeedDeps): Promise<Feed> {
  const { database, carriers, clock, logger, metrics, onError } = deps;
  const { horizon } = settings;
  const streams = new Set<Follower>();
  const places = createPlaces(settings.maxFollowers);
  let isClosed = false;
  const counted = createFeedMetrics(metrics, { followers: places.counts, carriers: () => carriers });
  const tail = createTail({ database, clock, horizon, onEntries });
  const encodeReplay = createReplayEncoder(tail);
  const polls = createPolls({ tail, places, clock, horizon, onEnded });
  const tellings = createTellings(deps);

  function onEntries(entries: readonly FeedEntry[]): void {
    const messages = entries.map(({ message }) => message);
    sendAll(encodeMessages(messages, formatCursor(tail.resumeFrom)));
    polls.wake();
    for (const carrier of carriers) carrier.publish(entries);
    for (const { at, message } of entries) counted.told(message.event, clock.now() - at);
    tellings.note(entries, places.audience);
  }

  function onEnded(why: FollowerEnd, { service, network }: Caller): void {
    counted.ended.inc({ reason: why });
    const level = why === "slow" || why === "displaced" ? "info" : "debug";
    logger[level]({ service, network, reason: why }, "a follower of the feed is gone");
  }

  function sendAll(delivery: Uint8Array): void {
    for (const follower of streams) follower.send(delivery);
  }

  const readOn = () => void tail.readOn().catch(onError);
  await tail.readOn();
  for (const carrier of carriers) carrier.start({ onHint: readOn, onEntries: tail.accept });
  const poll = runPeriodically({ everyMs: pollEveryMs, work: () => tail.readOn(), onError });
  const heart = setInterval(() => {
    const tick: FeedMessage = { event: "tick", data: { server_time_ms: clock.now() } };
    sendAll(encodeMessages([tick], formatCursor(tail.resumeFrom)));
  }, settings.heartbeat * 1000);
  heart.unref();

  /** Every revocation that was acknowledged before they came is told before they hear that this is all. */
  async function catchUp(): Promise<void> {
    await Promise.race([tail.readOn().catch(onError), delay(lookWithinMs, undefined, { ref: false })]);
    if (isClosed) throw new AppError("temporarily_unavailable");
  }

  /** What a follower hears first: who we are, what it has missed, and that this is all. */
  function greet(follower: Follower, cursor: string | null): void {
    const server_time_ms = clock.now();
    const { first, resync } = findBeginning(tail, cursor);
    const data = { server_time_ms, heartbeat_seconds: settings.heartbeat, horizon_seconds: horizon };
    const hello: FeedMessage = { event: "hello", data };
    const reset: FeedMessage[] = resync === null ? [] : [{ event: "resync", data: { reason: resync } }];
    counted.greeted.inc({ kind: resync === null ? (cursor === null ? "newcomer" : "resumed") : "resynced" });
    follower.send(encodeMessages([hello, ...reset]));
    follower.send(encodeReplay(first));
    // Only the last line says where to resume: whoever is cut off before it hears all of them again.
    const tick: FeedMessage = { event: "tick", data: { server_time_ms } };
    follower.send(encodeMessages([tick], formatCursor(tail.resumeFrom)));
  }

  return {
    async follow({ cursor, wire, ...caller }) {
      await catchUp();
      const { follower, body } = createFollower({
        onEnded(why) {
          streams.delete(follower);
          places.leave(follower);
          onEnded(why, caller);
        },
        wire,
      });
      if (!places.take(follower, caller)) {
        throw new AppError("rate_limited", "Too many services follow this node.", { retryAfterSeconds: 30 });
      }
      streams.add(follower);
      greet(follower, cursor);
      return body;
    },
    async poll(request) {
      await catchUp();
      return polls.answer(request);
    },
    tellings: tellings.find,
    get followers() {
      return places.size;
    },
    async close() {
      isClosed = true;
      clearInterval(heart);
      for (const follower of streams) follower.close();
      polls.close();
      await poll.stop();
      await tellings.close();
      for (const carrier of carriers) await carrier.close();
    },
  };
}
