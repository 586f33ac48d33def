import { expect, it } from "vitest";
import { breakages, breakStatement, isBreakage } from "./breakage.ts";

const statement = `
  select * from grants g for update of g
  case when revoked_at is not null then 'revoked' when a then 'replayed' when b then 'overlapped' else 'reused' end
  from judged j
  union all`;

it.each([
  ["row-lock", "for update"],
  ["revoked", "when revoked_at is not null then"],
  ["replayed", "when a then 'replayed'"],
  ["overlapped", "when b then 'overlapped'"],
  ["reused", "'reused'"],
] as const)("without %s the statement has no »%s«", (breakage, gone) => {
  expect(statement).toContain(gone);
  expect(breakStatement(statement, breakage)).not.toContain(gone);
});

it("loses an event in a hundred", () => {
  expect(breakStatement(statement, "event")).toMatch(/from judged j where random\(\) < 0.99\s+union all/);
});

it("leaves the statement alone where something else is broken, or nothing", () => {
  expect(breakStatement(statement, "commit")).toBe(statement);
  expect(breakStatement(statement, null)).toBe(statement);
});

it("says so when the statement has another form now", () => {
  expect(() => breakStatement("select 1", "row-lock")).toThrow('cannot be broken with "row-lock"');
});

it("knows what it can break", () => {
  expect(Object.keys(breakages).every(isBreakage)).toBe(true);
  expect(isBreakage("toString")).toBe(false);
});
