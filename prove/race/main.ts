/**
 * `npm run prove:refresh`: real nodes over one real PostgreSQL, clients that race for their refresh tokens, thieves, and
 * SIGKILL; and a judge who knows nothing but the protocol. See README.md beside this file. Exits with 1 when an invariant
 * is broken.
 */
import { type Progress, runRace } from "./harness.ts";
import { readOptions } from "./options.ts";
import { describeProgress, describeResult, isHeld, toJson } from "./report.ts";

const everySeconds = 5;

/** A line every few seconds, on stderr: stdout is for the result. */
function createProgressPrinter(): (progress: Progress) => void {
  let next = everySeconds;
  return (progress) => {
    if (progress.seconds < next) return;
    next = progress.seconds + everySeconds;
    process.stderr.write(`${describeProgress(progress)}\n`);
  };
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const stopping = new AbortController();
  process.once("SIGINT", () => stopping.abort());
  process.once("SIGTERM", () => stopping.abort());
  const onProgress = options.isJson ? () => {} : createProgressPrinter();
  const result = await runRace({ options, onProgress, signal: stopping.signal });
  process.stdout.write(options.isJson ? `${toJson(result)}\n` : describeResult(result));
  return isHeld(result) ? 0 : 1;
}

process.exitCode = await main();
