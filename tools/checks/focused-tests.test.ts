import { expect, it } from "vitest";
import { focusedLines } from "./focused-tests.ts";

// Put together here, so that this file is not found itself.
const only = ".only";

it.each([
  [`it${only}("x", () => {});`, [1]],
  [`\n  describe${only}("x", () => {});`, [2]],
  [`test.concurrent${only}("x", () => {});`, [1]],
  [`it${only}.each([])("x", () => {});`, [1]],
  [`const text = "it${only}";`, []],
  [`it("x", () => {});`, []],
  [`selectFirst${only}()`, []],
])("in %j finds the lines %j", (source, lines) => {
  expect(focusedLines(source)).toEqual(lines);
});
