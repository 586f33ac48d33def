import type { z } from "zod";
import { AppError } from "../http/app-error.ts";
import type { ConfigProblem, SettingPath } from "./environment.ts";

/** A problem at a place in the settings, before it is known which variable, if any, set that place. */
export interface PlacedProblem {
  readonly at: SettingPath;
  /** Goes on where the name ends: `"is missing"`. Never holds the value, which may be a secret. */
  readonly message: string;
}

/** Names each problem by the variable that set the value, else by the setting's path: `clients[0].secret`. */
export function nameProblems(
  placed: readonly PlacedProblem[],
  variables: ReadonlyMap<string, string>,
): readonly ConfigProblem[] {
  return placed.map(({ at, message }) => ({ path: variableOf(at, variables) ?? formatPath(at), message }));
}

/** A variable may set a whole list, such as the previous secrets. */
function variableOf(at: SettingPath, variables: ReadonlyMap<string, string>): string | undefined {
  return at.map((_, index) => variables.get(at.slice(0, at.length - index).join("."))).find(Boolean);
}

function formatPath(path: SettingPath): string {
  const text = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("");
  return text.replace(/^\./, "") || "configuration";
}

export function invalidConfig(problems: readonly ConfigProblem[]): AppError {
  const lines = problems.map(({ path, message }) => `  ${path}: ${message}`);
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return new AppError("config_invalid", `The configuration has ${count}:\n${lines.join("\n")}`, { problems });
}

/** What the schema found, in our words. */
export function toPlacedProblems(issue: z.core.$ZodIssue): PlacedProblem[] {
  const at = issue.path.map((key) => (typeof key === "symbol" ? String(key) : key));
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ at: [...at, key], message: "is not a setting of Holdfast" }));
  }
  return [{ at, message: describe(issue) }];
}

const typeNames: Readonly<Record<string, string>> = {
  string: "text",
  array: "a list",
  object: "an object",
  record: "an object",
  boolean: "true or false",
};

function describe(issue: z.core.$ZodIssue): string {
  if (issue.input === undefined) return "is missing";
  // A sentence of the schema's own says more than ours.
  if (!/^(Invalid|Too) /.test(issue.message)) return issue.message;
  switch (issue.code) {
    case "invalid_type":
      return `is not ${typeNames[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `is not ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
    case "too_small":
      return "is empty";
    case "too_big":
      return `is longer than ${issue.maximum} characters`;
    default:
      return issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
  }
}
