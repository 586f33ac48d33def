import type { FeedMessage } from "@holdfast/protocol";
import type { Clock } from "../clock/clock.ts";
import { findBeginning } from "./beginning.ts";
import { indexAfter } from "./bookmark.ts";
import { type Cursor, formatCursor, isAfter, startOfLog } from "./cursor.ts";
import { encodeMessages } from "./delivery.ts";
import type { FeedEntry } from "./entry.ts";
import { createFollower, type Follower, type FollowerOptions } from "./followers.ts";
import type { Tail } from "./tail.ts";

/** How a stream began. */
export type Greeting = "newcomer" | "resumed" | "resynced";

export interface StreamsDeps {
  readonly tail: Tail;
  readonly clock: Clock;
  /** Seconds, as followers are told. */
  readonly settings: { readonly heartbeat: number; readonly horizon: number };
}

/** The open streams: who has heard everything so far, and who is still being told what they missed. */
export interface Streams {
  /** Makes one, which hears nothing yet. */
  create(options: Pick<FollowerOptions, "onEnded" | "wire">): { follower: Follower; body: ReadableStream };
  /** Greets it. What it has missed comes as fast as it reads, and then what is new as it happens. */
  greet(follower: Follower, cursor: string | null): Greeting;
  tell(entries: readonly FeedEntry[]): void;
  /** Gives a sign of life. */
  tick(): void;
  /** Ends all of them. */
  close(): void;
}

export function createStreams({ tail, clock, settings }: StreamsDeps): Streams {
  const current = new Set<Follower>();
  // Up to where each has been told.
  const behind = new Map<Follower, Cursor>();

  const ticking = (): FeedMessage => ({ event: "tick", data: { server_time_ms: clock.now() } });
  /** Where somebody goes on who has heard all there is. */
  const resumption = () => formatCursor(tail.resumeFrom);

  /**
   * What a follower has missed, in blocks: the next is made when the former has been read. Only the last line says where
   * to resume: whoever is cut off before it hears all of them again.
   */
  function* missedBy(follower: () => Follower): Generator<Uint8Array> {
    for (;;) {
      const first = indexAfter(tail.held, behind.get(follower()) ?? startOfLog);
      const { bytes, next } = tail.encode(first);
      const last = tail.held[next - 1];
      if (bytes.length === 0 || !last) break;
      behind.set(follower(), last.cursor);
      yield bytes;
    }
    behind.delete(follower());
    current.add(follower());
    yield encodeMessages([ticking()], resumption());
  }

  function forget(follower: Follower): void {
    current.delete(follower);
    behind.delete(follower);
  }

  return {
    create({ onEnded, wire }) {
      const stream = createFollower({
        onEnded(why) {
          forget(stream.follower);
          onEnded(why);
        },
        wire,
        missed: missedBy(() => stream.follower),
      });
      return stream;
    },
    greet(follower, cursor) {
      const { first, resync } = findBeginning(tail, cursor);
      behind.set(follower, tail.held[first - 1]?.cursor ?? startOfLog);
      const data = {
        server_time_ms: clock.now(),
        heartbeat_seconds: settings.heartbeat,
        horizon_seconds: settings.horizon,
      };
      const reset: FeedMessage[] = resync === null ? [] : [{ event: "resync", data: { reason: resync } }];
      follower.send(encodeMessages([{ event: "hello", data }, ...reset]));
      if (resync !== null) return "resynced";
      return cursor === null ? "newcomer" : "resumed";
    },
    tell(entries) {
      const delivery = encodeMessages(messagesOf(entries), resumption());
      for (const follower of current) follower.send(delivery);
      if (behind.size === 0) return;
      const earliest = earliestOf(entries);
      for (const [follower, place] of behind) {
        // What lies ahead of them they come by. A line that was committed late may lie behind them.
        if (isAfter(earliest, place)) continue;
        follower.send(encodeMessages(messagesOf(entries.filter(({ cursor }) => !isAfter(cursor, place)))));
      }
    },
    tick() {
      const delivery = encodeMessages([ticking()], resumption());
      for (const follower of current) follower.send(delivery);
      // Without a cursor: they have not heard everything up to it.
      const sign = encodeMessages([ticking()]);
      for (const follower of behind.keys()) follower.send(sign);
    },
    close() {
      for (const follower of [...current, ...behind.keys()]) follower.close();
    },
  };
}

function earliestOf(entries: readonly FeedEntry[]): Cursor {
  return entries.map(({ cursor }) => cursor).reduce((one, other) => (isAfter(one, other) ? other : one));
}

function messagesOf(entries: readonly FeedEntry[]): FeedMessage[] {
  return entries.map(({ message }) => message);
}
