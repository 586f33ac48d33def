import { setTimeout as delay } from "node:timers/promises";
import type { FeedMessage } from "@holdfast/protocol";
import type { Clock } from "../clock/clock.ts";
import type { Events } from "../events/index.ts";
import { AppError } from "../http/app-error.ts";
import { runPeriodically } from "../jobs/periodic.ts";
import type { Database } from "../storage/database.ts";
import { formatCursor, parseCursor } from "./cursor.ts";
import { createReplayEncoder, encodeMessages } from "./delivery.ts";
import { createFollower, type Follower } from "./followers.ts";
import { createPlaces } from "./places.ts";
import { createTail } from "./tail.ts";

// A hint may get lost; this is how late a line can then be.
const pollEveryMs = 1_000;
// Whoever comes waits this long at most for the database: the feed goes on without it.
const lookWithinMs = 1_000;

export interface FeedDeps {
  readonly database: Database;
  readonly events: Events;
  readonly clock: Clock;
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
export interface FollowRequest {
  /** Where to go on; null for a newcomer. */
  readonly lastEventId: string | null;
  /** Whose connection it is: when there are too many, each network keeps its share. */
  readonly network: string;
  /** Ends the connection, also while nobody reads from it. */
  readonly disconnect?: (() => void) | undefined;
}

/** The ordered, resumable stream of revocations that services follow. */
export interface Feed {
  /**
   * Opens a stream from a cursor, or from the horizon for a newcomer.
   *
   * @throws AppError `rate_limited` when too many follow already, `temporarily_unavailable` when this node is stopping
   */
  follow(request: FollowRequest): Promise<ReadableStream>;
  readonly followers: number;
  /** Ends every stream: whoever follows comes back with their cursor, to another node where there is one. */
  close(): Promise<void>;
}

export async function createFeed({ database, events, clock, settings, onError }: FeedDeps): Promise<Feed> {
  const followers = createPlaces(settings.maxFollowers);
  let isClosed = false;
  const tail = createTail({
    database,
    clock,
    horizon: settings.horizon,
    onEntries(entries, resumeFrom) {
      const messages = entries.map(({ message }) => message);
      sendAll(encodeMessages(messages, formatCursor(resumeFrom)));
    },
  });
  const encodeReplay = createReplayEncoder(tail);

  function sendAll(delivery: Uint8Array): void {
    for (const follower of followers) follower.send(delivery);
  }

  const readOn = () => void tail.readOn().catch(onError);
  await tail.readOn();
  const stopAnnounced = events.onAnnounced(readOn);
  const poll = runPeriodically({ everyMs: pollEveryMs, work: () => tail.readOn(), onError });
  const heart = setInterval(() => {
    const tick: FeedMessage = { event: "tick", data: { server_time_ms: clock.now() } };
    sendAll(encodeMessages([tick], formatCursor(tail.resumeFrom)));
  }, settings.heartbeat * 1000);
  heart.unref();

  /** What a follower hears first: who we are, what it has missed, and that this is all. */
  function greet(follower: Follower, lastEventId: string | null): void {
    const server_time_ms = clock.now();
    const { heartbeat: heartbeat_seconds, horizon: horizon_seconds } = settings;
    const cursor = lastEventId === null ? null : parseCursor(lastEventId);
    const replay = tail.replay(cursor);
    const isBroken = lastEventId !== null && (cursor === null || !replay.isComplete);
    const reason = cursor === null ? "cursor_unknown" : "cursor_too_old";
    const hello: FeedMessage = { event: "hello", data: { server_time_ms, heartbeat_seconds, horizon_seconds } };
    const resync: FeedMessage[] = isBroken ? [{ event: "resync", data: { reason } }] : [];
    follower.send(encodeMessages([hello, ...resync]));
    follower.send(encodeReplay(replay.first));
    // Only the last line says where to resume: whoever is cut off before it hears all of them again.
    const tick: FeedMessage = { event: "tick", data: { server_time_ms } };
    follower.send(encodeMessages([tick], formatCursor(tail.resumeFrom)));
  }

  return {
    async follow({ lastEventId, network, disconnect }) {
      // Every revocation that was acknowledged before they came is told before they hear that this is all.
      await Promise.race([tail.readOn().catch(onError), delay(lookWithinMs, undefined, { ref: false })]);
      if (isClosed) throw new AppError("temporarily_unavailable");
      const { follower, body } = createFollower({ onClose: () => followers.leave(follower), disconnect });
      if (!followers.take(follower, network)) {
        throw new AppError("rate_limited", "Too many services follow this node.", { retryAfterSeconds: 30 });
      }
      greet(follower, lastEventId);
      return body;
    },
    get followers() {
      return followers.size;
    },
    async close() {
      isClosed = true;
      stopAnnounced();
      clearInterval(heart);
      for (const follower of followers) follower.close();
      await poll.stop();
    },
  };
}
