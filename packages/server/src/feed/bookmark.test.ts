import { describe, expect, it } from "vitest";
import { type Bookmark, bookmarkAt, formatBookmark, indexAfter, indexOfUntold, parseBookmark } from "./bookmark.ts";
import type { FeedEntry } from "./entry.ts";

const at = (transaction: number, id = 1) => ({ transaction: BigInt(transaction), id: BigInt(id) });

function entry(transaction: number, digest = `digest-${transaction}`): FeedEntry {
  const message = { event: "revoked", data: { subject: "session", digest, at_ms: 1 } } as const;
  return { cursor: at(transaction), at: 1, message };
}

it.each<[string, Bookmark]>([
  ["742-9", { safe: at(742, 9), ahead: null }],
  ["742-9.745-3.abcdefghij_", { safe: at(742, 9), ahead: { through: at(745, 3), fingerprint: "abcdefghij_" } }],
])("%s is read and written", (text, bookmark) => {
  expect(parseBookmark(text)).toEqual(bookmark);
  expect(formatBookmark(bookmark)).toBe(text);
});

it.each([
  "",
  ".",
  "1-1.",
  "1-1.2-2",
  "1-1.2-2.short",
  "1-1.2-2.abcdefghijklm",
  "1-1.2-2.abcdefghij!",
  "1-1.2-2.abcdefghijk.more",
  "1-1..abcdefghijk",
  "now",
  "1-1 ",
])("%j is no bookmark", (text) => {
  expect(parseBookmark(text)).toBeNull();
});

describe("what is still to be told", () => {
  const entries = [entry(1), entry(2), entry(4), entry(6)];
  const told = bookmarkAt(entries, at(4), at(1));

  it("is what comes after the safe place", () => {
    expect([0, 1, 2, 3, 4, 6, 7].map((place) => indexAfter(entries, at(place)))).toEqual([0, 1, 2, 2, 3, 4, 4]);
    expect(indexOfUntold(entries, { safe: at(2), ahead: null })).toBe(2);
  });

  it("is not what was told ahead of it", () => {
    expect(indexOfUntold(entries, told)).toBe(3);
  });

  it("is all of it again once a line has appeared between those that were told ahead", () => {
    expect(indexOfUntold([entry(1), entry(2), entry(3), entry(4), entry(6)], told)).toBe(1);
  });

  it("is all of it again when another line has taken the place of one that was told", () => {
    expect(indexOfUntold([entry(1), entry(2), entry(4, "another"), entry(6)], told)).toBe(1);
  });

  it("needs no more than the place itself, where nothing can appear before it any more", () => {
    expect(bookmarkAt(entries, at(4), at(4))).toEqual({ safe: at(4), ahead: null });
    expect(bookmarkAt(entries, at(2), at(4))).toEqual({ safe: at(2), ahead: null });
  });
});
