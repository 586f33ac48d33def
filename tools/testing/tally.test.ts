import { expect, it } from "vitest";
import { tally } from "./tally.ts";

const file = (...statuses: string[]) => ({
  status: statuses.includes("failed") ? "failed" : "passed",
  assertionResults: statuses.map((status) => ({ status })),
});
const unloaded = { status: "failed", assertionResults: [] };
const report = (...testResults: object[]) => ({ testResults });

it.each([
  ["all passed", report(file("passed", "passed"), file("passed")), 0, { passed: 3, failed: 0 }],
  ["some failed", report(file("passed", "failed"), file("failed")), 1, { passed: 1, failed: 2 }],
  ["skipped tests count as neither", report(file("passed", "pending", "todo")), 0, { passed: 1, failed: 0 }],
  ["a file did not load", report(file("passed"), unloaded), 1, { passed: 1, failed: 1 }],
  ["a hook failed after the tests", report({ ...file("passed"), status: "failed" }), 1, { passed: 1, failed: 1 }],
  ["an error outside of the tests", report(file("passed")), 1, { passed: 1, failed: 1 }],
  ["a signal ended vitest", report(file("passed")), null, { passed: 1, failed: 1 }],
  ["no tests at all", report(), 0, { passed: 0, failed: 1 }],
  ["only skipped tests", report(file("pending")), 0, { passed: 0, failed: 1 }],
  ["no report", undefined, 1, { passed: 0, failed: 1 }],
  ["a report that is none", "{}", 0, { passed: 0, failed: 1 }],
])("%s", (_, result, exitCode, expected) => {
  expect(tally(result, exitCode)).toEqual(expected);
});
