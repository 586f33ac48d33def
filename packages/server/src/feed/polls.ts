import type { FeedMessage, FeedPollAnswer } from "@holdfast/protocol";
import type { Clock } from "../clock/clock.ts";
import { findBeginning, fromNow } from "./beginning.ts";
import { bookmarkAt, formatBookmark } from "./bookmark.ts";
import { type Cursor, isAfter } from "./cursor.ts";
import { type Caller, type FollowerEnd, noPlace, type Occupant, type Places } from "./places.ts";
import type { Tail } from "./tail.ts";

/** Messages that one answer has at most; the next request goes on behind them, at once. */
const pageSize = 1_000;

/** Somebody who asks for news, and waits a while for it. */
export interface PollRequest extends Caller {
  /** Where to go on; null for a newcomer. */
  readonly cursor: string | null;
  /** How long to wait when there is nothing yet. */
  readonly waitMs: number;
  /** Aborted when whoever asked has gone. */
  readonly signal?: AbortSignal | undefined;
}

export interface PollsDeps {
  readonly tail: Tail;
  readonly places: Places;
  readonly clock: Clock;
  /** Seconds. */
  readonly horizon: number;
  readonly onEnded: (why: FollowerEnd, caller: Caller) => void;
}

/** The feed for those who cannot hold a stream open: they ask, are answered when there is news, and ask again. */
export interface Polls {
  /** @throws AppError `rate_limited` when too many follow already */
  answer(request: PollRequest): Promise<FeedPollAnswer>;
  /** Answers whoever waits, if there is something for them. */
  wake(): void;
  /** Answers whoever waits, with what there is. */
  close(): void;
}

export function createPolls({ tail, places, clock, horizon, onEnded }: PollsDeps): Polls {
  const waiting = new Set<() => void>();
  let isClosed = false;

  function page(cursor: string | null): FeedPollAnswer {
    const { first, resync } = findBeginning(tail, cursor);
    const entries = tail.held.slice(first, endOfPage(first));
    const hasMore = first + entries.length < tail.held.length;
    const last = entries.at(-1)?.cursor ?? tail.held.at(-1)?.cursor ?? tail.resumeFrom;
    const told = hasMore || isAfter(last, tail.resumeFrom) ? last : tail.resumeFrom;
    const messages: FeedMessage[] = entries.map(({ message }) => message);
    return {
      server_time_ms: clock.now(),
      horizon_seconds: horizon,
      messages: resync === null ? messages : [{ event: "resync", data: { reason: resync } }, ...messages],
      cursor: formatBookmark(bookmarkAt(tail.held, told, tail.resumeFrom)),
      more: hasMore,
    };
  }

  /** A page ends where the next can go on. */
  function endOfPage(first: number): number {
    let end = first + pageSize;
    for (let last = tail.held[end - 1]; last && !canGoOn(last.cursor); last = tail.held[end - 1]) end += 1;
    return end;
  }

  function canGoOn(safe: Cursor): boolean {
    return isAfter(safe, tail.resumeFrom) || tail.replay({ safe, ahead: null }).isComplete;
  }

  /** Waits until there may be news; false when there is no more reason to wait. */
  async function untilWoken(deadline: number, seat: Seat, signal: AbortSignal | undefined): Promise<boolean> {
    const leftMs = deadline - performance.now();
    if (leftMs <= 0 || isClosed || seat.why !== null || signal?.aborted) return false;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(wake, leftMs);
      function wake(): void {
        clearTimeout(timer);
        waiting.delete(wake);
        signal?.removeEventListener("abort", wake);
        resolve();
      }
      seat.wake = wake;
      waiting.add(wake);
      signal?.addEventListener("abort", wake);
    });
    return true;
  }

  async function waitForNews({ cursor, waitMs, signal, ...caller }: PollRequest): Promise<FeedPollAnswer> {
    const seat = createSeat();
    if (!places.take(seat, caller)) throw noPlace();
    const deadline = performance.now() + waitMs;
    try {
      let answer = page(cursor);
      while (answer.messages.length === 0 && (await untilWoken(deadline, seat, signal))) answer = page(cursor);
      return answer;
    } finally {
      places.leave(seat);
      if (seat.why !== null || isClosed) onEnded(seat.why ?? "draining", caller);
    }
  }

  return {
    async answer(request) {
      const answer = page(request.cursor);
      // Without a cursor they came for one.
      const isNewcomer = request.cursor === null || request.cursor === fromNow;
      if (isNewcomer || answer.messages.length > 0 || request.waitMs === 0) return answer;
      return waitForNews(request);
    },
    wake() {
      for (const wake of [...waiting]) wake();
    },
    close() {
      isClosed = true;
      this.wake();
    },
  };
}

interface Seat extends Occupant {
  /** Why it was taken away; null while it is theirs. */
  why: FollowerEnd | null;
  wake: () => void;
}

function createSeat(): Seat {
  return {
    kind: "poll",
    why: null,
    wake: () => undefined,
    cut(why) {
      this.why = why;
      this.wake();
    },
  };
}
