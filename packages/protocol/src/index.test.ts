import { expect, it } from "vitest";
import * as door from "./index.ts";

it("exports exactly what is promised", () => {
  expect(Object.keys(door).sort()).toEqual([
    "errorCatalogue",
    "eventTypes",
    "refreshVerdicts",
    "revokedReasons",
    "serviceRevocationReasons",
  ]);
});

it.each<[string, readonly string[]]>([
  ["eventTypes", door.eventTypes],
  ["refreshVerdicts", door.refreshVerdicts],
  ["revokedReasons", door.revokedReasons],
])("%s names everything once", (_, names) => {
  expect(new Set(names).size).toBe(names.length);
});

it.each(door.eventTypes)("the event %s is named as what it is about and what happened", (type) => {
  expect(type).toMatch(/^[a-z]+\.[a-z]+(_[a-z]+)*$/);
});

it.each([...door.refreshVerdicts, ...door.revokedReasons])("%s is lower_snake", (name) => {
  expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
});

it("has every verdict of the refresh protocol", () => {
  expect([...door.refreshVerdicts].sort()).toEqual(
    [
      ...["malformed", "unknown", "revoked", "expired", "unbound", "renewed"],
      ...["rotated", "replayed", "overlapped", "recovered", "reused"],
    ].sort(),
  );
});
