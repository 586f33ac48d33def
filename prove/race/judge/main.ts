/**
 * The judge as a process of its own: reads a history from its input and writes what it finds, one JSON object a line.
 *
 *     node prove/race/judge/main.ts < history.jsonl
 *
 * `{ "tally": … }` once a second and at the end, `{ "finding": … }` for each broken invariant. Exits with 1 when there
 * was one.
 */
import { createInterface } from "node:readline";
import type { Line } from "../history/line.ts";
import { formatExcerpt } from "./excerpt.ts";
import { createJudge, type Finding } from "./judge.ts";

// A server that is quite broken breaks every grant: the first ones show it.
const findingsShown = 20;

const judge = createJudge();
let found = 0;
const write = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);
const timer = setInterval(() => write({ tally: judge.tally }), 1_000);

function report({ invariant, says, grant, requests, history }: Finding): void {
  found += 1;
  if (found <= findingsShown) write({ finding: { invariant, says, grant, excerpt: formatExcerpt(history, requests) } });
}

for await (const text of createInterface({ input: process.stdin })) {
  for (const finding of judge.take(JSON.parse(text) as Line)) report(finding);
}
clearInterval(timer);
write({ tally: judge.tally });
process.exitCode = found > 0 ? 1 : 0;
