import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Check } from "./check.ts";

const rooms = "{packages,apps,examples,e2e,tools}/**/*.test.{ts,tsx}";
const focused = /^\s*(?:it|test|describe)(?:\.\w+)*\.only\b/;

/** A test left with `.only` silences all others of its file. */
export const focusedTests: Check = { name: "focused-tests", run: checkFocusedTests };

async function checkFocusedTests(root: string) {
  const files = globSync(rooms, { cwd: root, exclude: (name) => name === "node_modules" });
  const found = await Promise.all(
    files.map(async (file) =>
      focusedLines(await readFile(path.join(root, file), "utf8")).map((line) => `${file}:${line}`),
    ),
  );
  return { ok: found.flat().length === 0, output: found.flat().join("\n") };
}

/** Line numbers, from 1, on which a test or a group is focused. */
export function focusedLines(source: string): number[] {
  return source.split("\n").flatMap((line, index) => (focused.test(line) ? [index + 1] : []));
}
