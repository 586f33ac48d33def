import type { FeedResync } from "@holdfast/protocol";
import { parseBookmark } from "./bookmark.ts";
import type { Tail } from "./tail.ts";

/** Where somebody begins to hear. */
export interface Beginning {
  /** The first of the held lines that is to be told. */
  readonly first: number;
  /** Why what they brought leads nowhere: then everything within the horizon is told. Null when all is well. */
  readonly resync: FeedResync["reason"] | null;
}

/** What stands for a cursor of somebody who wants to hear only of what is still to come. */
export const fromNow = "now";

/** @param cursor what they brought; null for a newcomer, who is told everything within the horizon */
export function findBeginning(tail: Pick<Tail, "replay" | "held">, cursor: string | null): Beginning {
  if (cursor === null) return { first: 0, resync: null };
  if (cursor === fromNow) return { first: tail.held.length, resync: null };
  const bookmark = parseBookmark(cursor);
  if (!bookmark) return { first: 0, resync: "cursor_unknown" };
  const { first, isComplete } = tail.replay(bookmark);
  return { first, resync: isComplete ? null : "cursor_too_old" };
}
