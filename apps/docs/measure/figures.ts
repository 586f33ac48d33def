/**
 * Measures what the page "Figures" says, on this machine: how long `npm start` takes on an empty data directory and on
 * one that exists, and what the processes hold in memory, at rest and after a thousand refreshes. Linux only.
 *
 *     NODE_OPTIONS=--conditions=holdfast-source node apps/docs/measure/figures.ts
 */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir, totalmem } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { memoryOf, memoryOfTree } from "./memory.ts";
import { refreshRepeatedly } from "./refreshes.ts";
import { startHoldfast } from "./start.ts";

const rounds = 5;
const refreshes = 1_000;
const settleMs = 3_000;
const root = path.resolve(import.meta.dirname, "../../..");

interface Round {
  readonly [figure: string]: number;
}

const measured: Round[] = [];
for (let round = 0; round < rounds; round++) {
  measured.push(await measureOnce());
  process.stderr.write(`${round + 1}/${rounds} ${JSON.stringify(measured.at(-1))}\n`);
}
const [load = 0] = loadavg();
process.stdout.write(
  `${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, load ${load.toFixed(1)}, median (lowest to highest) of ${rounds}\n`,
);
for (const figure of Object.keys(measured[0] ?? {})) {
  const values = measured.map((each) => each[figure] ?? Number.NaN).sort((a, b) => a - b);
  process.stdout.write(`${figure.padEnd(44)} ${median(values)} (${values[0]} to ${values.at(-1)})\n`);
}

async function measureOnce(): Promise<Round> {
  const data = await mkdtemp(path.join(tmpdir(), "holdfast-figures-"));
  // PostgreSQL runs as another user when we are root.
  await chmod(data, 0o755);
  try {
    const first = await startHoldfast({ root, data: path.join(data, ".holdfast") });
    await first.stop();
    const second = await startHoldfast({ root, data: path.join(data, ".holdfast") });
    await pause(settleMs);
    const { server, postgres } = second.ready.pids;
    const atRest = { server: await memoryOf(server), postgres: await memoryOfTree(postgres) };
    const tookMs = await refreshRepeatedly(second, { root, times: refreshes });
    const afterwards = { server: await memoryOf(server), postgres: await memoryOfTree(postgres) };
    await second.stop();
    return {
      "first start, s": seconds(first.tookMs),
      "second start, s": seconds(second.tookMs),
      "server at rest, MiB": atRest.server,
      "PostgreSQL at rest, MiB": atRest.postgres,
      [`server after ${refreshes} refreshes, MiB`]: afterwards.server,
      [`PostgreSQL after ${refreshes} refreshes, MiB`]: afterwards.postgres,
      "one refresh after another, ms each": Math.round((tookMs / refreshes) * 100) / 100,
    };
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds / 100) / 10;
}

function median(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
