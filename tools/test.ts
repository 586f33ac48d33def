/**
 * `npm test`: sees that a browser is there, runs vitest over every project, and closes with `N passed, N failed`.
 * Arguments go to vitest: `npm test -- packages/verify`.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { runForeground } from "./launcher/process.mjs";
import { ensureChromium, needsBrowser } from "./testing/chromium.ts";
import { tally } from "./testing/tally.ts";

const root = path.resolve(import.meta.dirname, "..");
const args = process.argv.slice(2);

process.exitCode = await runTests();

async function runTests(): Promise<number> {
  const browser = needsBrowser(args) ? ensureChromium(process.env) : "not needed";
  if (!browser) return 1;
  const folder = await mkdtemp(path.join(tmpdir(), "holdfast-tests-"));
  try {
    const report = path.join(folder, "report.json");
    const { code } = await runForeground(
      process.execPath,
      [
        "node_modules/vitest/vitest.mjs",
        "run",
        "--reporter=default",
        "--reporter=json",
        `--outputFile=${report}`,
        ...args,
      ],
      { cwd: root, env: needsBrowser(args) ? { ...process.env, CHROMIUM: browser } : process.env },
    );
    const { passed, failed } = tally(await readReport(report), code);
    console.log(`${passed} passed, ${failed} failed`);
    return failed > 0 ? 1 : 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The report, or undefined when vitest ended before it wrote one. */
async function readReport(file: string): Promise<unknown> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}
