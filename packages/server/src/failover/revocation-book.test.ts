import { describe, expect, it } from "vitest";
import { createManualClock } from "../clock/clock.ts";
import { createRevocationBook, type Ending } from "./revocation-book.ts";

const ending = (id: string): Ending => ({ subject: "session", id, reason: "signed_out" });

function create({ maximum = 100 } = {}) {
  const clock = createManualClock();
  return { clock, book: createRevocationBook({ clock, rememberMs: 1_000, maximum }) };
}

describe("the book of what has ended", () => {
  it("knows what was noted, and what of it is missing on another timeline, the oldest first", () => {
    const { book } = create();
    book.note([ending("a"), ending("b")], "00000001");
    book.note([ending("c")], "00000002");
    expect([book.has("a"), book.has("x")]).toEqual([true, false]);
    expect(book.missingOn("00000002").map(({ id }) => id)).toEqual(["a", "b"]);
    expect(book.missingOn("00000001").map(({ id }) => id)).toEqual(["c"]);
  });

  it("misses nothing any more that was noted again on that timeline", () => {
    const { book } = create();
    book.note([ending("a")], "00000001");
    book.note([ending("a")], "00000002");
    expect(book.missingOn("00000002")).toEqual([]);
  });

  it("forgets what it first heard of long ago, though it was noted again", () => {
    const { book, clock } = create();
    book.note([ending("a")], "00000001");
    clock.advance(500);
    book.note([ending("a"), ending("b")], "00000001");
    clock.advance(500);
    book.note([], "00000001");
    expect([book.has("a"), book.has("b")]).toEqual([false, true]);
  });

  it("forgets the oldest when it is full", () => {
    const { book } = create({ maximum: 2 });
    book.note([ending("a"), ending("b"), ending("c")], "00000001");
    expect(["a", "b", "c"].filter((id) => book.has(id))).toEqual(["b", "c"]);
  });
});
