import { setTimeout as delay } from "node:timers/promises";
import type { FeedPollAnswer } from "@holdfast/protocol";
import type { Clock } from "../clock/clock.ts";
import type { FollowersTold, NewsSource, TellableEvent } from "../events/index.ts";
import { AppError } from "../http/app-error.ts";
import { runPeriodically } from "../jobs/periodic.ts";
import type { Logger } from "../logging/logger.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Database } from "../storage/database.ts";
import type { Carrier } from "./carrier.ts";
import type { FeedEntry } from "./entry.ts";
import type { Wire } from "./followers.ts";
import { createFeedMetrics } from "./metrics.ts";
import { type Caller, createPlaces, type FollowerEnd, noPlace } from "./places.ts";
import { createPolls, type PollRequest } from "./polls.ts";
import { createStreams } from "./streams.ts";
import { createTabStreams, type TabStreams } from "./tab-streams.ts";
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
    /** Seconds, whole. */
    readonly tabHeartbeat: number;
    readonly maxTabs: number;
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
  /** The streams of open tabs. */
  readonly tabs: TabStreams;
  /** Streams and waiting requests. */
  readonly followers: number;
  /** Ends every stream and wait: whoever follows comes back with their cursor, to another node where there is one. */
  close(): Promise<void>;
}

export async function createFeed({ settings, ...deps }: FeedDeps): Promise<Feed> {
  const { database, carriers, clock, logger, metrics, onError } = deps;
  const { horizon } = settings;
  const places = createPlaces(settings.maxFollowers);
  let isClosed = false;
  const counted = createFeedMetrics(metrics, { followers: places.counts, carriers: () => carriers });
  // News of an end waits for nobody, as the end itself: see `Database.urgent`.
  const tail = createTail({ database: database.urgent, clock, horizon, onEntries });
  const streams = createStreams({ tail, clock, settings });
  const tabs = createTabStreams({ clock, metrics, onError, settings });
  const polls = createPolls({ tail, places, clock, horizon, onEnded });
  const tellings = createTellings(deps);

  function onEntries(entries: readonly FeedEntry[]): void {
    streams.tell(entries);
    polls.wake();
    tabs.tell(entries);
    for (const carrier of carriers) carrier.publish(entries);
    for (const { at, message } of entries) counted.told(message.event, clock.now() - at);
    tellings.note(entries, places.audience);
  }

  function onEnded(why: FollowerEnd, { service, network }: Caller): void {
    counted.ended.inc({ reason: why });
    const level = why === "slow" || why === "displaced" ? "info" : "debug";
    logger[level]({ service, network, reason: why }, "a follower of the feed is gone");
  }

  const readOn = () => void tail.readOn().catch(onError);
  await tail.readOn();
  for (const carrier of carriers) carrier.start({ onHint: readOn, onEntries: tail.accept });
  const poll = runPeriodically({ everyMs: pollEveryMs, work: () => tail.readOn(), onError });
  const heart = setInterval(() => streams.tick(), settings.heartbeat * 1000);
  heart.unref();

  /** Every revocation that was acknowledged before they came is told before they hear that this is all. */
  async function catchUp(): Promise<void> {
    await Promise.race([tail.readOn().catch(onError), delay(lookWithinMs, undefined, { ref: false })]);
    if (isClosed) throw new AppError("temporarily_unavailable");
  }

  return {
    async follow({ cursor, wire, ...caller }) {
      // Before anything else, and again after it: refusing many must cost next to nothing.
      if (!places.hasRoom(caller)) throw noPlace();
      await catchUp();
      const { follower, body } = streams.create({
        onEnded(why) {
          places.leave(follower);
          onEnded(why, caller);
        },
        wire,
      });
      if (!places.take(follower, caller)) throw noPlace();
      counted.greeted.inc({ kind: streams.greet(follower, cursor) });
      return body;
    },
    async poll(request) {
      await catchUp();
      return polls.answer(request);
    },
    tellings: tellings.find,
    tabs,
    get followers() {
      return places.size;
    },
    async close() {
      isClosed = true;
      clearInterval(heart);
      streams.close();
      polls.close();
      tabs.close();
      await poll.stop();
      await tellings.close();
      for (const carrier of carriers) await carrier.close();
    },
  };
}
