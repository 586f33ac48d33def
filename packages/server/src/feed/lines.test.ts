import { describe, expect, it } from "vitest";
import { encodeMessages } from "./delivery.ts";
import type { FeedEntry } from "./entry.ts";
import { createLines, type Lines, linesPerBlock } from "./lines.ts";

function entry(id: number, digest = `digest-${id}`): FeedEntry {
  const message = { event: "revoked", data: { subject: "session", digest, at_ms: 1 } } as const;
  return { cursor: { transaction: 1n, id: BigInt(id) }, at: 1, message };
}

function createTestLines(count: number): Lines {
  const lines = createLines();
  for (let id = 0; id < count; id++) lines.add(entry(10 * id));
  return lines;
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const textOf = (entries: readonly FeedEntry[]) => text(encodeMessages(entries.map(({ message }) => message)));

/** All from one on, as a follower is sent them. */
function encodeAll(lines: Lines, first: number): { readonly text: string; readonly blocks: readonly Uint8Array[] } {
  const blocks: Uint8Array[] = [];
  for (let next = first; next < lines.entries.length; ) {
    const block = lines.encode(next);
    blocks.push(block.bytes);
    next = block.next;
  }
  return { text: blocks.map(text).join(""), blocks };
}

const blockCount = 4;
const many = blockCount * linesPerBlock;

describe("lines as they are sent", () => {
  it.each([0, 1, linesPerBlock - 1, linesPerBlock, linesPerBlock + 1, many - 1, many])(
    "are those from line %i on, each once",
    (first) => {
      const lines = createTestLines(many);
      expect(encodeAll(lines, first).text).toBe(textOf(lines.entries.slice(first)));
    },
  );

  it("are whole, also where characters take several bytes", () => {
    const lines = createLines();
    for (const each of [entry(1), entry(2, "zwölf 🦊"), entry(3)]) lines.add(each);
    expect(encodeAll(lines, 1).text).toBe(textOf(lines.entries.slice(1)));
  });

  it("are the same memory for all who come, from whichever line", () => {
    const lines = createTestLines(linesPerBlock);
    const buffers = Array.from({ length: linesPerBlock }, (_, first) => lines.encode(first).bytes.buffer);
    expect(new Set(buffers).size).toBe(1);
  });
});

describe("a change", () => {
  /** How many blocks of before are not encoded anew. */
  function keptBlocks(lines: Lines, change: () => void): number {
    const before = encodeAll(lines, 0).blocks;
    change();
    const after = encodeAll(lines, 0);
    expect(after.text).toBe(textOf(lines.entries));
    return after.blocks.filter((block) => before.some((each) => haveSameMemory(each, block))).length;
  }

  /** A block's end is where it was, whatever was forgotten at its beginning. Blocks may share a buffer. */
  function haveSameMemory(one: Uint8Array, other: Uint8Array): boolean {
    return one.buffer === other.buffer && one.byteOffset + one.length === other.byteOffset + other.length;
  }

  it("at the end makes nothing new but the last block", () => {
    const lines = createTestLines(many - 5);
    expect(keptBlocks(lines, () => lines.add(entry(10 * many)))).toBe(blockCount - 1);
  });

  it("at the beginning, where lines are forgotten, makes nothing new", () => {
    const lines = createTestLines(many);
    expect(keptBlocks(lines, () => lines.removeFirst(linesPerBlock + 3))).toBe(blockCount - 1);
    expect(keptBlocks(lines, () => lines.removeFirst(7))).toBe(blockCount - 1);
  });

  it("in the middle, where a line was committed late, keeps what is before it", () => {
    const lines = createTestLines(many);
    expect(keptBlocks(lines, () => lines.add(entry(10 * 2 * linesPerBlock + 5)))).toBe(2);
  });

  it("of any kind, one after the other, loses and repeats nothing", () => {
    const lines = createTestLines(3 * linesPerBlock);
    for (let round = 0; round < 60; round++) {
      lines.removeFirst(round % 11);
      lines.add(entry(10 * (3 * linesPerBlock + round)));
      lines.add(entry(10 * (2 * linesPerBlock - 3 * round) + 5));
      const first = (round * 37) % lines.entries.length;
      expect(encodeAll(lines, first).text).toBe(textOf(lines.entries.slice(first)));
    }
  });
});
