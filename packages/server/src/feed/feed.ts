import type { FeedMessage } from "@holdfast/protocol";
import type { Clock } from "../clock/clock.ts";
import type { Events } from "../events/index.ts";
import { AppError } from "../http/app-error.ts";
import { runPeriodically } from "../jobs/periodic.ts";
import type { Database } from "../storage/database.ts";
import { formatCursor, parseCursor } from "./cursor.ts";
import { createFollower, type Follower } from "./followers.ts";
import { createTail } from "./tail.ts";

// A hint may get lost; this is how late a line can then be.
const pollEveryMs = 1_000;

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

/** The ordered, resumable stream of revocations that services follow. */
export interface Feed {
  /**
   * Opens a stream from a cursor, or from the horizon for a newcomer.
   *
   * @throws AppError `rate_limited` when too many follow already, `temporarily_unavailable` when this node is stopping
   */
  follow(lastEventId: string | null): ReadableStream;
  readonly followers: number;
  /** Ends every stream: whoever follows comes back with their cursor, to another node where there is one. */
  close(): Promise<void>;
}

export async function createFeed({ database, events, clock, settings, onError }: FeedDeps): Promise<Feed> {
  const followers = new Set<Follower>();
  let isClosed = false;
  const tail = createTail({
    database,
    clock,
    horizon: settings.horizon,
    onEntries(entries, resumeFrom) {
      const messages = entries.map(({ message }) => message);
      for (const follower of followers) follower.send(messages, formatCursor(resumeFrom));
    },
  });

  const readOn = () => void tail.readOn().catch(onError);
  await tail.readOn();
  const stopAnnounced = events.onAnnounced(readOn);
  const poll = runPeriodically({ everyMs: pollEveryMs, work: () => tail.readOn(), onError });
  const heart = setInterval(() => {
    const tick: FeedMessage = { event: "tick", data: { server_time_ms: clock.now() } };
    for (const follower of followers) follower.send([tick], formatCursor(tail.resumeFrom));
  }, settings.heartbeat * 1000);
  heart.unref();

  /** What a follower hears first: who we are, what it has missed, and that this is all. */
  function greet(lastEventId: string | null): FeedMessage[] {
    const server_time_ms = clock.now();
    const { heartbeat: heartbeat_seconds, horizon: horizon_seconds } = settings;
    const cursor = lastEventId === null ? null : parseCursor(lastEventId);
    const replay = tail.replay(cursor);
    const isBroken = lastEventId !== null && (cursor === null || !replay.isComplete);
    const reason = cursor === null ? "cursor_unknown" : "cursor_too_old";
    return [
      { event: "hello", data: { server_time_ms, heartbeat_seconds, horizon_seconds } },
      ...(isBroken ? [{ event: "resync" as const, data: { reason } as const }] : []),
      ...replay.entries.map(({ message }) => message),
      { event: "tick", data: { server_time_ms } },
    ];
  }

  return {
    follow(lastEventId) {
      if (isClosed) throw new AppError("temporarily_unavailable");
      if (followers.size >= settings.maxFollowers) {
        throw new AppError("rate_limited", "Too many services follow this node.", { retryAfterSeconds: 30 });
      }
      const { follower, body } = createFollower(() => followers.delete(follower));
      followers.add(follower);
      // Only the last line says where to resume: whoever is cut off before it hears all of them again.
      follower.send(greet(lastEventId), formatCursor(tail.resumeFrom));
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
