import { asObject, isText, type JsonStorage } from "./json-storage.ts";
import { type Grant, isNewer, type Lineage } from "./lineage.ts";
import type { EndReason } from "./state.ts";

/** What is stored of the session: for the other tabs, and for the next visit. */
export interface SessionRecord extends Lineage {
  /** The account the person acts for, once there was a choice. */
  readonly account?: string | undefined;
  /** In the modes `local` and `memory` only. */
  readonly refreshToken?: string | undefined;
}

/** A session that is over. It beats every generation of its grant, and every grant before that. */
interface Tombstone {
  readonly sid: string;
  readonly grant: string;
  readonly reason: EndReason;
}

export interface SessionStore {
  /** The newest known, stored or in memory; null when there is none, or it is over. */
  read(): SessionRecord | null;
  write(record: SessionRecord): void;
  clear(): void;
  /** Stores which account the person acts for; undefined for what the server thinks. */
  choose(account: string | undefined): void;
  /** Why this one is over; undefined when nobody said so. */
  endOf(lineage: Grant): EndReason | undefined;
  /** It is over: no answer that is still under way brings it back. */
  bury(lineage: Grant, reason: EndReason): void;
  /** The person has signed in again, and the server may go on with the same session. */
  unbury(sid: string): void;
}

const recordName = ":session";
const tombstonesName = ":ended";
// Answers under way are seconds old: a few suffice.
const tombstonesKept = 8;

export function createSessionStore(storage: JsonStorage): SessionStore {
  let known: SessionRecord | null = null;

  function tombstones(): readonly Tombstone[] {
    const stored = storage.read(tombstonesName);
    return Array.isArray(stored) ? stored.filter((each) => isText(asObject(each).sid)) : [];
  }

  function endOf({ sid, grant }: Grant): EndReason | undefined {
    // An older sign-in that lingers in a cookie does not come back either: the newest was the session.
    const isLeft = (each: Tombstone) => each.sid === sid || each.grant !== each.sid;
    return tombstones().find((each) => isLeft(each) && grant <= each.grant)?.reason;
  }

  function write(record: SessionRecord): void {
    known = record;
    storage.write(recordName, record);
  }

  function read(): SessionRecord | null {
    const stored = parseRecord(storage.read(recordName));
    // Storage that could not be written, or was cleared beneath us: the session goes on, and is stored when it can be.
    if (known && !endOf(known) && isNewer(known, stored)) write(known);
    else known = stored && !endOf(stored) ? stored : null;
    return known;
  }

  return {
    read,
    write,
    choose(account) {
      const record = read();
      if (record) write({ ...record, account });
    },
    clear() {
      known = null;
      storage.write(recordName, null);
    },
    endOf,
    bury({ sid, grant }, reason) {
      storage.write(tombstonesName, [{ sid, grant, reason }, ...tombstones()].slice(0, tombstonesKept));
    },
    unbury(sid) {
      storage.write(
        tombstonesName,
        tombstones().filter((each) => each.sid !== sid),
      );
    },
  };
}

function parseRecord(stored: unknown): SessionRecord | null {
  const { sid, grant, generation } = asObject(stored);
  return isText(sid) && isText(grant) && typeof generation === "number" ? (stored as SessionRecord) : null;
}
