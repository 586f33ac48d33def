import type { RevokedReason } from "@holdfast/protocol";
import type { Clock } from "../clock/clock.ts";

/** The end of a session or of a grant, committed. */
export interface Ending {
  readonly subject: "session" | "grant";
  readonly id: string;
  readonly reason: RevokedReason;
}

/** What this node knows to have ended, and on which of the database's timelines that is written. */
export interface RevocationBook {
  note(endings: readonly Ending[], timeline: string): void;
  has(id: string): boolean;
  /** What is not known to be written on this timeline, the oldest first. */
  missingOn(timeline: string): Ending[];
}

interface BookOptions {
  readonly clock: Clock;
  /** Milliseconds after which an ending is forgotten: no replica lags further behind. */
  readonly rememberMs: number;
  /** Endings at most; beyond it the oldest are forgotten. */
  readonly maximum: number;
}

interface Note extends Ending {
  readonly notedAt: number;
  readonly timeline: string;
}

export function createRevocationBook({ clock, rememberMs, maximum }: BookOptions): RevocationBook {
  // In the order in which they were first heard of: the oldest come first.
  const notes = new Map<string, Note>();

  function forget(now: number): void {
    for (const [id, { notedAt }] of notes) {
      if (notes.size <= maximum && now - notedAt < rememberMs) return;
      notes.delete(id);
    }
  }

  return {
    note(endings, timeline) {
      const now = clock.now();
      for (const ending of endings) {
        notes.set(ending.id, { ...ending, timeline, notedAt: notes.get(ending.id)?.notedAt ?? now });
      }
      forget(now);
    },
    has: (id) => notes.has(id),
    missingOn: (timeline) => [...notes.values()].filter((note) => note.timeline !== timeline),
  };
}
