import { expect, it } from "vitest";
import { checkArguments } from "./check-arguments.ts";

const accepted = {
  port: { type: "string" },
  json: { type: "boolean" },
  session: { type: "positional", required: false },
} as const;

it.each([
  [[]],
  [["--port", "5000"]],
  [["--port=5000", "--json"]],
  [["--no-json"]],
  [["some-session"]],
  [["--json", "some-session", "--port", "1"]],
  [["--", "--some-session"]],
])("takes %j", (args) => {
  expect(checkArguments(args, accepted)).toBeNull();
});

it.each([
  [["--prot", "5000"], "Unknown option '--prot'."],
  [["-p"], "Unknown option '-p'."],
  [["--port"], "Option '--port <value>' argument missing."],
  [["--port", "--json"], "Option '--port' argument is ambiguous."],
  [["--json=yes"], "Option '--json' does not take an argument."],
  [["one", "two"], 'There is no argument "two" here.'],
  [["--constructor"], "Unknown option '--constructor'."],
])("refuses %j, saying %s", (args, mistake) => {
  expect(checkArguments(args, accepted)).toBe(mistake);
});
