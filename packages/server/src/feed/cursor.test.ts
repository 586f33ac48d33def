import { expect, it } from "vitest";
import { formatCursor, isAfter, parseCursor } from "./cursor.ts";

it.each([
  [{ transaction: 0n, id: 0n }],
  [{ transaction: 742n, id: 9n }],
  [{ transaction: 18_446_744_073_709_551_615n, id: 9_223_372_036_854_775_807n }],
])("reads %o back as it was written", (cursor) => {
  expect(parseCursor(formatCursor(cursor))).toEqual(cursor);
});

it.each(["", "-", "1", "1-", "-1", "1-2-3", "1 -2", "0x1-2", "1.5-2", "１-２", "1-2\n", `${"1".repeat(21)}-1`])(
  "takes %j for no cursor",
  (text) => {
    expect(parseCursor(text)).toBeNull();
  },
);

it.each<[string, string, boolean]>([
  ["2-1", "1-9", true],
  ["1-9", "2-1", false],
  ["1-2", "1-1", true],
  ["1-1", "1-1", false],
  ["10-1", "9-1", true],
])("%s after %s: %s", (one, other, expected) => {
  const [first, second] = [parseCursor(one), parseCursor(other)];
  expect(first && second && isAfter(first, second)).toBe(expected);
});
