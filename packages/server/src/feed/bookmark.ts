import { sha256 } from "../crypto/digest.ts";
import { type Cursor, formatCursor, isAfter, parseCursor } from "./cursor.ts";
import { type FeedEntry, keyOf } from "./entry.ts";

/**
 * Where a follower goes on: what clients call the cursor. All up to `safe` has been told. Beyond it lines may still
 * appear between others, as long as a transaction is open; `ahead` says which of them have been told as well, so that
 * somebody who asks again and again does not hear the same ones each time. Any node can read it.
 */
export interface Bookmark {
  readonly safe: Cursor;
  readonly ahead: { readonly through: Cursor; readonly fingerprint: string } | null;
}

const fingerprintLength = 11;

export function formatBookmark({ safe, ahead }: Bookmark): string {
  return ahead ? `${formatCursor(safe)}.${formatCursor(ahead.through)}.${ahead.fingerprint}` : formatCursor(safe);
}

/** Reads a bookmark; null when it is not one. */
export function parseBookmark(text: string): Bookmark | null {
  const [first = "", second, fingerprint, ...more] = text.split(".");
  const safe = parseCursor(first);
  if (!safe || more.length > 0) return null;
  if (second === undefined) return { safe, ahead: null };
  const through = parseCursor(second);
  if (!through || !/^[\w-]{11}$/.test(fingerprint ?? "")) return null;
  return { safe, ahead: { through, fingerprint: fingerprint ?? "" } };
}

/** Where the entries after a cursor begin. They are in the order of their cursors. */
export function indexAfter(entries: readonly FeedEntry[], cursor: Cursor): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = entries[middle];
    if (entry && isAfter(entry.cursor, cursor)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Where what is still to be told begins. */
export function indexOfUntold(entries: readonly FeedEntry[], { safe, ahead }: Bookmark): number {
  const first = indexAfter(entries, safe);
  if (!ahead) return first;
  const next = indexAfter(entries, ahead.through);
  return fingerprintOf(entries.slice(first, next)) === ahead.fingerprint ? next : first;
}

/** The bookmark of somebody who has been told everything up to a place. */
export function bookmarkAt(entries: readonly FeedEntry[], place: Cursor, safe: Cursor): Bookmark {
  if (!isAfter(place, safe)) return { safe: place, ahead: null };
  const told = entries.slice(indexAfter(entries, safe), indexAfter(entries, place));
  return { safe, ahead: { through: place, fingerprint: fingerprintOf(told) } };
}

function fingerprintOf(entries: readonly FeedEntry[]): string {
  return sha256(entries.map(keyOf).join("\n")).toString("base64url").slice(0, fingerprintLength);
}
