/**
 * `npm run check`: everything but the tests. Runs all checks, says one line for each, and shows what one found only
 * when it failed. `npm run check -- imports` runs some.
 */
import path from "node:path";
import type { Check, Verdict } from "./checks/check.ts";
import { focusedTests } from "./checks/focused-tests.ts";
import { imports } from "./checks/imports.ts";
import { lockfile } from "./checks/lockfile.ts";
import { docsTypes, formatAndLint, sizes, testTypes, types, unused } from "./checks/programs.ts";

const root = path.resolve(import.meta.dirname, "..");
const checks = [formatAndLint, types, testTypes, docsTypes, imports, unused, sizes, focusedTests, lockfile];

process.exitCode = await runChecks(process.argv.slice(2));

async function runChecks(names: string[]): Promise<number> {
  const unknown = names.filter((name) => !checks.some((check) => check.name === name));
  if (unknown.length > 0) {
    console.error(`There is no check ${unknown.join(", ")}. There are: ${checks.map(({ name }) => name).join(", ")}`);
    return 2;
  }
  const failed: string[] = [];
  for (const check of checks.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const { ok } = await runCheck(check);
    if (!ok) failed.push(check.name);
  }
  if (failed.length > 0) console.error(`\nNot well: ${failed.join(", ")}`);
  return failed.length > 0 ? 1 : 0;
}

async function runCheck(check: Check): Promise<Verdict> {
  const start = performance.now();
  const verdict = await check.run(root).catch((error: Error) => ({ ok: false, output: error.stack ?? String(error) }));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${verdict.ok ? "ok    " : "FAILED"}  ${check.name.padEnd(14)} ${seconds.padStart(6)} s`);
  if (!verdict.ok) console.log(`${verdict.output.trimEnd().replaceAll(/^/gm, "    ")}\n`);
  return verdict;
}
