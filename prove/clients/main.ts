/**
 * `npm run prove:clients`: the same faults for our own client, for one as people write it, and for published libraries; and
 * a table of what became of the session. See README.md beside this file. Exits with 1 when our own client does not do
 * what is expected of it, or the published table says something else.
 */
import { writeFileSync } from "node:fs";
import { type Cell, compare, differences, resultsOf, wordsOf } from "./compare.ts";
import { readOptions } from "./options.ts";
import { pageFile, renderPage } from "./report.ts";
import { installedVersions, readResults, resultsFile } from "./results.ts";

const say = (line: string) => void process.stderr.write(`${line}\n`);

function describe({ scenario, contestant, finding }: Cell): string {
  const { requests, reloads, errors, expiredTokens } = finding;
  const figures = `${requests} requests, ${reloads} reloads, ${errors} errors, ${expiredTokens} expired tokens`;
  return `${scenario.row.padStart(3)}  ${contestant.id.padEnd(23)} ${wordsOf(finding).padEnd(18)} ${figures}`;
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  let title = "";
  const cells = await compare(options, (cell) => {
    if (options.isJson) return;
    if (cell.scenario.title !== title) say(`\n${cell.scenario.title}`);
    title = cell.scenario.title;
    say(describe(cell));
    if (options.isTracing) say(cell.trace);
  });
  const results = resultsOf(cells, installedVersions());
  if (options.isJson) process.stdout.write(`${JSON.stringify(results)}\n`);
  if (options.isWriting) {
    writeFileSync(resultsFile, `${JSON.stringify(results, null, 2)}\n`);
    writeFileSync(pageFile, renderPage(results));
  }
  const different = differences(cells, options.isWriting ? results : readResults());
  for (const line of new Set(different)) say(`✗ ${line}`);
  return different.length === 0 ? 0 : 1;
}

process.exitCode = await main();
