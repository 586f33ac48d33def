import { expect, it } from "vitest";
import { parseRetryAfter } from "./retry-after.ts";

const now = Date.parse("2027-01-01T12:00:00Z");

it.each([
  ["seconds", "120", 120_000],
  ["seconds with spaces", " 7 ", 7000],
  ["nothing to wait", "0", 1000],
  ["a day", "86400", 300_000],
  ["a number that no clock holds", "9".repeat(400), 300_000],
  ["a date", "Fri, 01 Jan 2027 12:02:00 GMT", 120_000],
  ["a date that is past", "Fri, 01 Jan 2027 11:00:00 GMT", 1000],
  ["a date far ahead", "Sat, 01 Jan 2028 12:00:00 GMT", 300_000],
  ["words", "soon", undefined],
  ["a fraction, which is no number of seconds", "1.5x", undefined],
  ["an empty header", "", undefined],
  ["none", null, undefined],
])("reads %s", (_what, header, wait) => {
  expect(parseRetryAfter(header, now)).toBe(wait);
});
