import { indexAfter } from "./bookmark.ts";
import { isAfter } from "./cursor.ts";
import { encodeMessages } from "./delivery.ts";
import type { FeedEntry } from "./entry.ts";

/** Lines that are encoded together. Some tens of kilobytes: as much as is written to a socket at once. */
export const linesPerBlock = 256;

/** Some lines as they are sent. */
export interface EncodedLines {
  /** The same memory for all who are sent them. */
  readonly bytes: Uint8Array;
  /** The line behind the last of them. */
  readonly next: number;
}

/** The lines that a node holds, and how they are sent. */
export interface Lines {
  /** In the order of their cursors. */
  readonly entries: readonly FeedEntry[];
  add(entry: FeedEntry): void;
  /** Forgets the first lines, as many as told. */
  removeFirst(count: number): void;
  /** The lines from one on as they are sent, up to the end of its block. */
  encode(first: number): EncodedLines;
}

interface Block {
  /** Of its first line, counted from the first that there ever was. */
  readonly from: number;
  /** Where each line begins, and at last where they end. */
  readonly starts: readonly number[];
  readonly bytes: Uint8Array;
}

/** Holds lines in blocks, each encoded once and at the first need: what comes or goes makes at most one of them new. */
export function createLines(): Lines {
  const entries: FeedEntry[] = [];
  const blocks = new Map<number, Block>();
  // A line's number, from the first that there ever was, is its place among those that are left and this.
  let removed = 0;

  const blockOf = (number: number) => Math.floor(number / linesPerBlock);

  function forgetBlocks(isGone: (block: number) => boolean): void {
    for (const block of blocks.keys()) if (isGone(block)) blocks.delete(block);
  }

  function encodeBlock(block: number): Block {
    const from = Math.max(block * linesPerBlock, removed);
    const lines = entries.slice(from - removed, (block + 1) * linesPerBlock - removed);
    const known = blocks.get(block);
    // It may have lost lines since, but has it got new ones?
    if (known && known.from + known.starts.length - 1 === from + lines.length) return known;
    const encoded = lines.map(({ message }) => encodeMessages([message]));
    let end = 0;
    const starts = encoded.map(({ length }) => {
      end += length;
      return end - length;
    });
    const made = { from, starts: [...starts, end], bytes: Buffer.concat(encoded) };
    blocks.set(block, made);
    return made;
  }

  return {
    entries,
    add(entry) {
      const last = entries.at(-1);
      if (!last || isAfter(entry.cursor, last.cursor)) {
        entries.push(entry);
        return;
      }
      const index = indexAfter(entries, entry.cursor);
      entries.splice(index, 0, entry);
      // Those behind it have moved on by one.
      forgetBlocks((block) => block >= blockOf(removed + index));
    },
    removeFirst(count) {
      entries.splice(0, count);
      removed += count;
      forgetBlocks((block) => block < blockOf(removed));
    },
    encode(first) {
      if (first >= entries.length) return { bytes: new Uint8Array(), next: entries.length };
      const { from, starts, bytes } = encodeBlock(blockOf(removed + first));
      return { bytes: bytes.subarray(starts[removed + first - from]), next: from + starts.length - 1 - removed };
    },
  };
}
