import type { Clock } from "../clock/clock.ts";
import type { FollowersTold, TellableEvent } from "../events/index.ts";
import type { Logger } from "../logging/logger.ts";
import type { Database } from "../storage/database.ts";
import type { FeedEntry } from "./entry.ts";
import type { Audience } from "./places.ts";
import { findTellings, insertTellings, type NewTelling } from "./tellings-store.ts";

// What is told meanwhile is written with it: so many statements a second at most.
const writeAfterMs = 100;
// Where there is so much news, those who were told the same share a row.
const rowsOfTheirOwn = 8;
// More than this waits only where the database takes nothing; it is for explaining, not for deciding.
const mostWaiting = 1_000;

export interface TellingsDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What operators call this node. */
  readonly node: string;
}

/** Whom this node told of ends, for whoever asks later. */
export interface Tellings {
  /** Notes that all of them have just been told. Returns at once: nobody waits for what is only to explain. */
  note(entries: readonly FeedEntry[], audience: Audience): void;
  /** Who is known to have been told of events, by any node. */
  find(events: readonly TellableEvent[]): Promise<FollowersTold[]>;
  /** Writes down what was noted. */
  close(): Promise<void>;
}

/** Writes down whom a node told: one row for each reading of the log at most, and none where nobody followed. */
export function createTellings({ database, clock, logger, node }: TellingsDeps): Tellings {
  const waiting: NewTelling[] = [];
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();

  /** As if all of them had been told with the newest: a delay may seem longer than it was, never shorter. */
  function add(telling: NewTelling): void {
    const last = waiting.at(-1);
    if (last && last.audience === telling.audience && waiting.length >= rowsOfTheirOwn) {
      waiting[waiting.length - 1] = { ...telling, eventIds: [...last.eventIds, ...telling.eventIds] };
    } else if (waiting.length < mostWaiting) {
      waiting.push(telling);
    }
  }

  async function write(): Promise<void> {
    const tellings = waiting.splice(0);
    if (tellings.length === 0) return;
    try {
      await insertTellings(database, node, tellings);
    } catch (error) {
      logger.warn({ err: error, tellings: tellings.length }, "whom the feed told could not be written down");
    }
  }

  /** One statement at a time: a slow database is not asked to do several. */
  function flush(): Promise<void> {
    if (timer) clearTimeout(timer);
    timer = null;
    writing = writing.then(write);
    return writing;
  }

  return {
    note(entries, audience) {
      const ends = entries.filter(({ message }) => message.event === "revoked");
      const isHeard = audience.anonymous > 0 || Object.keys(audience.services).length > 0;
      if (ends.length === 0 || !isHeard) return;
      add({ at: new Date(clock.now()), eventIds: ends.map(({ cursor }) => cursor.id), audience });
      timer ??= setTimeout(() => void flush(), writeAfterMs).unref();
    },
    async find(events) {
      await flush();
      return events.length === 0 ? [] : findTellings(database, events);
    },
    close: flush,
  };
}
