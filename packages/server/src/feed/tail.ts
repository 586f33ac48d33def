import type { Clock } from "../clock/clock.ts";
import type { DatabaseLane } from "../storage/database.ts";
import { type Bookmark, indexAfter, indexOfUntold } from "./bookmark.ts";
import { type Cursor, isAfter, startOfLog } from "./cursor.ts";
import { type FeedEntry, keyOf } from "./entry.ts";
import { createLines, type Lines } from "./lines.ts";
import { readFeed } from "./store.ts";

export interface TailDeps {
  readonly database: Pick<DatabaseLane, "execute">;
  readonly clock: Clock;
  /** Seconds: lines older than this concern no living token. */
  readonly horizon: number;
  /** Called with lines that are new here. */
  readonly onEntries: (entries: readonly FeedEntry[]) => void;
}

/** What is still worth telling a follower who comes back. */
export interface Replay {
  /** The first of the held lines that is to be told. */
  readonly first: number;
  /** False when lines between the bookmark and the oldest we hold may be missing. */
  readonly isComplete: boolean;
}

/**
 * One node's place at the end of the log. A line is passed on as soon as it can be read, and the place moves on only
 * behind the oldest open transaction: a line that commits late still comes after it, so none is ever skipped. The price
 * is that a line may be passed on twice after a reconnect; every one is idempotent.
 */
export interface Tail {
  /** Reads what is new. Callers share one reading; one that comes meanwhile makes it read once more. */
  readOn(): Promise<void>;
  /** Takes lines that another node has read. Those that we know change nothing; the log is read all the same. */
  accept(entries: readonly FeedEntry[]): void;
  /** The lines within the horizon, in the order of their cursors. */
  readonly held: readonly FeedEntry[];
  /** Those from one on, as they are sent. */
  readonly encode: Lines["encode"];
  /** What has not been told yet; for a newcomer, all of it. */
  replay(from: Bookmark | null): Replay;
  /** Where a follower who has seen everything so far may resume. */
  readonly resumeFrom: Cursor;
}

const lastId = 9_223_372_036_854_775_807n;

export function createTail({ database, clock, horizon, onEntries }: TailDeps): Tail {
  let resumeFrom = startOfLog;
  const lines = createLines();
  const held = lines.entries;
  // Passed on already, but still ahead of the safe place.
  let ahead = new Set<string>();
  let oldestKnown: Cursor | null = null;
  // Places that were given out twice: of a bookmark between them nobody can tell which it means.
  let ambiguous: { readonly after: Cursor; readonly through: Cursor } | null = null;
  let reading: Promise<void> | null = null;
  let isStale = false;

  const horizonBegan = () => clock.now() - horizon * 1000;

  function pass(entries: readonly FeedEntry[]): void {
    const fresh = entries.filter((entry) => isAfter(entry.cursor, resumeFrom) && !ahead.has(keyOf(entry)));
    if (fresh.length === 0) return;
    for (const entry of fresh) {
      ahead.add(keyOf(entry));
      lines.add(entry);
    }
    onEntries(fresh);
  }

  function moveOn(safe: Cursor): void {
    if (!isAfter(safe, resumeFrom)) return;
    resumeFrom = safe;
    // What is older than our oldest line had no more to say when we began.
    oldestKnown ??= held[0] && isAfter(safe, held[0].cursor) ? held[0].cursor : safe;
    ahead = new Set(held.slice(indexAfter(held, safe)).map(keyOf));
  }

  function forget(before: number): void {
    const index = held.findIndex((entry) => entry.at >= before);
    const gone = index === -1 ? held.length : index;
    const last = held[gone - 1];
    if (gone > 0) lines.removeFirst(gone);
    if (last && oldestKnown && isAfter(last.cursor, oldestKnown)) oldestKnown = last.cursor;
  }

  /** A standby was promoted that had not heard the end: numbers are given out a second time, to other lines. */
  function startOver(safe: Cursor): void {
    ambiguous = { after: safe, through: resumeFrom };
    resumeFrom = startOfLog;
    ahead = new Set(held.map(keyOf));
  }

  async function readOnce(): Promise<void> {
    const since = horizonBegan();
    // Pages go on behind the oldest open transaction as well, or a long one would hold up everybody's news. What appears
    // behind a page once it was read is newer than the first page's safe place: that one holds for all of them.
    let place = resumeFrom;
    let safe: Cursor | undefined;
    for (;;) {
      const page = await readFeed(database, place, new Date(since));
      safe ??= { transaction: page.safeTransaction - 1n, id: lastId };
      if (isAfter(resumeFrom, safe)) {
        startOver(safe);
        isStale = true;
        return;
      }
      pass(page.entries);
      place = page.last ?? place;
      if (!page.isFull) break;
    }
    moveOn(safe);
    forget(since);
  }

  async function readWhileStale(): Promise<void> {
    try {
      do {
        isStale = false;
        await readOnce();
      } while (isStale);
    } finally {
      reading = null;
    }
  }

  return {
    readOn() {
      isStale = true;
      reading ??= readWhileStale();
      return reading;
    },
    accept(entries) {
      const since = horizonBegan();
      pass(entries.filter(({ at }) => at >= since));
      forget(since);
    },
    held,
    encode: lines.encode,
    replay(from) {
      if (from === null) return { first: 0, isComplete: true };
      const isComplete = isKnown(from.safe);
      return { first: isComplete ? indexOfUntold(held, from) : 0, isComplete };
    },
    get resumeFrom() {
      return resumeFrom;
    },
  };

  /** What a place older than our oldest line, or one from another database, has missed, nobody can tell. */
  function isKnown(place: Cursor): boolean {
    if (oldestKnown === null || isAfter(oldestKnown, place) || isAfter(place, farthest())) return false;
    return ambiguous === null || !isAfter(place, ambiguous.after) || isAfter(place, ambiguous.through);
  }

  function farthest(): Cursor {
    const last = held.at(-1)?.cursor ?? resumeFrom;
    return isAfter(last, resumeFrom) ? last : resumeFrom;
  }
}
