import type { Clock } from "../clock/clock.ts";
import type { Database } from "../storage/database.ts";
import { type Cursor, formatCursor, isAfter } from "./cursor.ts";
import { type FeedEntry, isFullPage, readFeed } from "./store.ts";

export interface TailDeps {
  readonly database: Database;
  readonly clock: Clock;
  /** Seconds: lines older than this concern no living token. */
  readonly horizon: number;
  /** Called with new lines, and the cursor that is safe to resume from once they have been seen. */
  readonly onEntries: (entries: readonly FeedEntry[], resumeFrom: Cursor) => void;
}

/** What is still worth telling a follower who comes back with a cursor. */
export interface Replay {
  /** The first of the held lines that is to be told. */
  readonly first: number;
  /** False when lines between the cursor and the oldest we hold may be missing. */
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
  /** The lines within the horizon, in the order they were passed on. */
  readonly held: readonly FeedEntry[];
  /** Changes whenever they do. */
  readonly revision: number;
  /** What came after a cursor, and perhaps a little before; for a newcomer, all of it. */
  replay(after: Cursor | null): Replay;
  /** Where a follower who has seen everything so far may resume. */
  readonly resumeFrom: Cursor;
}

export function createTail({ database, clock, horizon, onEntries }: TailDeps): Tail {
  const start: Cursor = { transaction: 0n, id: 0n };
  let resumeFrom = start;
  let revision = 0;
  const held: FeedEntry[] = [];
  // Passed on already, but still ahead of the safe place.
  let ahead = new Set<string>();
  let oldestKnown: Cursor | null = null;
  let reading: Promise<void> | null = null;
  let isStale = false;

  function pass(entries: readonly FeedEntry[]): void {
    const fresh = entries.filter(({ cursor }) => !ahead.has(formatCursor(cursor)));
    if (fresh.length === 0) return;
    for (const { cursor } of fresh) ahead.add(formatCursor(cursor));
    for (const entry of fresh) held.push(entry);
    revision += 1;
    onEntries(fresh, resumeFrom);
  }

  function moveOn(safe: Cursor): void {
    if (!isAfter(safe, resumeFrom)) return;
    resumeFrom = safe;
    oldestKnown ??= safe;
    ahead = new Set(held.filter((entry) => isAfter(entry.cursor, safe)).map((entry) => formatCursor(entry.cursor)));
  }

  function forget(before: number): void {
    const index = held.findIndex((entry) => entry.at >= before);
    const gone = index === -1 ? held.splice(0) : held.splice(0, index);
    if (gone.length > 0) revision += 1;
    const last = gone.at(-1);
    if (last && oldestKnown && isAfter(last.cursor, oldestKnown)) oldestKnown = last.cursor;
  }

  async function readOnce(): Promise<void> {
    const since = new Date(clock.now() - horizon * 1000);
    // Pages go on behind the oldest open transaction as well, or a long one would hold up everybody's news. What appears
    // behind a page once it was read is newer than the first page's safe place: that one holds for all of them.
    let place = resumeFrom;
    let safe: Cursor | undefined;
    for (;;) {
      const page = await readFeed(database, place, since);
      safe ??= { transaction: page.safeTransaction - 1n, id: 9_223_372_036_854_775_807n };
      pass(page.entries);
      place = page.entries.at(-1)?.cursor ?? place;
      if (!isFullPage(page)) break;
    }
    moveOn(safe);
    forget(since.getTime());
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
    replay(after) {
      if (after === null) return { first: 0, isComplete: true };
      // What a cursor older than our oldest line, or one from another database, has missed, nobody can tell.
      const isComplete = oldestKnown !== null && !isAfter(oldestKnown, after) && !isAfter(after, farthest());
      if (!isComplete) return { first: 0, isComplete };
      const first = held.findIndex((entry) => isAfter(entry.cursor, after));
      return { first: first === -1 ? held.length : first, isComplete };
    },
    held,
    get revision() {
      return revision;
    },
    get resumeFrom() {
      return resumeFrom;
    },
  };

  function farthest(): Cursor {
    return held.reduce((far, { cursor }) => (isAfter(cursor, far) ? cursor : far), resumeFrom);
  }
}
