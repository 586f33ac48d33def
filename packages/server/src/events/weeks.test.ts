import { expect, it } from "vitest";
import { weeksFrom } from "./weeks.ts";

it.each([
  ["2026-01-05T00:00:00.000Z", "events_20260105"],
  ["2026-01-11T23:59:59.999Z", "events_20260105"],
  ["2026-01-12T00:00:00.000Z", "events_20260112"],
  ["2024-02-29T12:00:00.000Z", "events_20240226"],
  ["1969-12-31T00:00:00.000Z", "events_19691229"],
])("%s lies in %s", (moment, partition) => {
  const [week] = weeksFrom(Date.parse(moment), 1);
  expect(week?.partition).toBe(partition);
  expect(week?.from.getUTCDay()).toBe(1);
});

it("one week ends where the next begins, also across a new year", () => {
  const weeks = weeksFrom(Date.UTC(2026, 11, 24), 3);
  expect(weeks.map(({ partition }) => partition)).toEqual(["events_20261221", "events_20261228", "events_20270104"]);
  for (const [index, { from }] of weeks.slice(1).entries()) expect(from).toEqual(weeks[index]?.until);
});
