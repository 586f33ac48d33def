import type { EventType } from "@holdfast/protocol";
import type { Clock } from "../clock/clock.ts";
import type { Database, DatabaseTransaction } from "../storage/database.ts";
import {
  beginReading,
  finishReading,
  type LinePlace,
  type LogLine,
  lockReader,
  movePlace,
  pageSize,
  type Reading,
  readLines,
} from "./reader-store.ts";

// A place that only empty readings would move is moved this seldom: each time is a write.
const moveEveryMs = 30_000;

export interface EventReaderDeps {
  readonly database: Database;
  readonly clock: Clock;
  /** Names the reader's place in the log, which all nodes share. */
  readonly name: string;
  /** The types of lines it wants; asked before every page. */
  readonly wantedTypes: (tx: DatabaseTransaction) => Promise<readonly EventType[]>;
  /** Takes in lines, in the order of the log, in the transaction that moves the place. */
  readonly onLines: (tx: DatabaseTransaction, lines: readonly LogLine[]) => Promise<void>;
}

/** Reads the log from where it stopped, each line once, whichever node reads. */
export interface EventReader {
  /**
   * Reads what is new; true when there was anything. Callers share one reading, and one that comes meanwhile makes it
   * read once more. While another node reads, this one has nothing to do.
   */
  readOn(): Promise<boolean>;
}

/**
 * Makes a reader of the lifecycle log. A reader that is new begins with what comes after it.
 *
 * Its place is a snapshot of PostgreSQL: new is what a later snapshot sees and that one did not. So a line that commits
 * late is neither skipped nor waited for, and every line is read exactly once: what is made of it commits with the place.
 */
export function createEventReader(deps: EventReaderDeps): EventReader {
  let reading: Promise<boolean> | null = null;
  let isStale = false;

  async function readWhileStale(): Promise<boolean> {
    let found = false;
    try {
      do {
        isStale = false;
        let page = await readPage(deps);
        while (page.isFull) page = await readPage(deps);
        found ||= page.isAny;
      } while (isStale);
      return found;
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
  };
}

interface PageRead {
  readonly isAny: boolean;
  /** Whether there may be more. */
  readonly isFull: boolean;
}

const nothing: PageRead = { isAny: false, isFull: false };

async function readPage({ database, clock, name, wantedTypes, onLines }: EventReaderDeps): Promise<PageRead> {
  const now = new Date(clock.now());
  return database.transaction(async (tx) => {
    const place = await lockReader(tx, name, now);
    if (!place) return nothing;
    const { reading, isForeign } = place.reading
      ? { reading: place.reading, isForeign: false }
      : await beginReading(tx, place, now);
    if (isForeign) {
      // What was not read before the dump cannot be told from what was: reading goes on with what is new here.
      await finishReading(tx, name, reading);
      return nothing;
    }
    const lines = await readLines(tx, { place, reading, types: await wantedTypes(tx) });
    if (lines.length > 0) await onLines(tx, lines);
    const isFull = lines.length === pageSize;
    if (isFull) await movePlace(tx, name, afterLines(reading, lines));
    else if (lines.length > 0 || isOld(place, now)) await finishReading(tx, name, reading);
    return { isAny: lines.length > 0, isFull };
  });
}

function afterLines(reading: Reading, lines: readonly LogLine[]): Reading {
  const last = lines.at(-1);
  const after: LinePlace = last ? { transactionId: last.transactionId, id: last.id } : reading.after;
  return { ...reading, after };
}

function isOld({ readAt, reading }: { readonly readAt: Date; readonly reading: Reading | null }, now: Date): boolean {
  return reading !== null || now.getTime() - readAt.getTime() >= moveEveryMs;
}
