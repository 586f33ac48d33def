import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startPopulation } from "./clients/population.ts";
import { createPresenter } from "./clients/presenter.ts";
import { createRevoker } from "./clients/revoker.ts";
import { createWire } from "./clients/wire.ts";
import { type Disagreement, openRaceDatabase } from "./database/database.ts";
import { createHistoryWriter, type HistoryWriter } from "./history/writer.ts";
import type { Tally } from "./judge/judge.ts";
import { type JudgeProcess, type ShownFinding, startJudgeProcess } from "./judge-process.ts";
import { startKiller } from "./killer.ts";
import { type Cluster, startCluster } from "./node/cluster.ts";
import type { RunOptions } from "./options.ts";
import { createRandom, type Random } from "./random.ts";

/** What a run came to. */
export interface RunResult {
  readonly options: RunOptions;
  readonly tally: Tally;
  /** How long the race took, without what was before and after. */
  readonly seconds: number;
  /** Milliseconds from the start of a node's process until it listened: the middle and the 99th percentile. */
  readonly nodeStartMs: { readonly p50: number; readonly p99: number };
  readonly database: Readonly<Record<string, string>>;
  readonly findings: readonly ShownFinding[];
  /** Grants whose row and events disagree, of all there are at the end. */
  readonly disagreements: readonly Disagreement[];
  /** The last words of nodes that ended by themselves. */
  readonly crashes: readonly string[];
  readonly historyPath: string;
}

export interface Progress {
  readonly seconds: number;
  readonly tally: Tally;
}

type Closers = (() => Promise<void>)[];

const lookEveryMs = 250;

export interface RaceDeps {
  readonly options: RunOptions;
  readonly onProgress: (progress: Progress) => void;
  /** Ends the race before it is over; what there is is judged. */
  readonly signal: AbortSignal;
}

/** Runs the race, and has it judged. @throws Error when a node does not start at all */
export async function runRace(deps: RaceDeps): Promise<RunResult> {
  const closers: Closers = [];
  try {
    return await prepareRace(deps, closers);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function prepareRace(deps: RaceDeps, closers: Closers): Promise<RunResult> {
  const { options } = deps;
  const database = await openRaceDatabase(process.env.TEST_DATABASE_URL);
  closers.push(() => database.close());
  const random = createRandom(options.seed);
  const began = performance.now();
  const now = () => Math.round((performance.now() - began) * 1_000) / 1_000;
  const path = options.history ?? join(await mkdtemp(join(tmpdir(), "holdfast-history-")), "history.jsonl");
  const judge = startJudgeProcess();
  const history = createHistoryWriter({ path, judge });
  const broken = Promise.withResolvers<never>();
  const crashes: string[] = [];
  let kills = 0;
  const onKill = (what: string) => {
    kills += 1;
    history.write({ kind: "kill", at: now(), what });
  };
  const cluster = await Promise.race([
    startCluster({
      ...{ database, random, closers, size: options.nodes, breakage: options.breakage },
      onKilled: () => onKill("node"),
      onCrash: (lastWords) => crashes.push(lastWords),
      onBroken: broken.reject,
    }),
    broken.promise,
  ]);
  const killer = startKiller({ nodes: cluster.nodes, database, random, rate: options.killsPerSecond, onKill });
  closers.push(() => killer.stop());
  const race = { ...deps, cluster, database, random, history, judge, now, kills: () => kills };
  const seconds = await Promise.race([run({ ...race, stopKiller: () => killer.stop() }), broken.promise]);
  await history.close();
  await judge.close();
  if (!judge.tally) throw new Error("the judge said nothing");
  return {
    ...{ options, tally: judge.tally, seconds, crashes, historyPath: path, findings: judge.findings },
    nodeStartMs: percentiles(cluster.nodes.flatMap(({ startTimes }) => startTimes)),
    database: await database.settings(),
    disagreements: await database.disagreements(),
  };
}

interface Race extends RaceDeps {
  readonly cluster: Cluster;
  readonly database: Parameters<typeof startPopulation>[0]["database"];
  readonly random: Random;
  readonly history: HistoryWriter;
  readonly judge: JudgeProcess;
  readonly now: () => number;
  readonly kills: () => number;
  readonly stopKiller: () => Promise<void>;
}

/** Lets the clients race until there is enough of everything or the time is over. Answers with the seconds. */
async function run(race: Race): Promise<number> {
  const { options, onProgress, signal, cluster, database, random, history, judge, now, kills, stopKiller } = race;
  const { chooseNode } = cluster;
  const wire = createWire();
  const presenter = createPresenter({ wire, history, now });
  const revoker = createRevoker({ wire, history, now, chooseNode });
  let isOver = false;
  const isStopping = () => isOver;
  const population = startPopulation(
    { presenter, random, chooseNode, history, now, revoker, isStopping, database },
    options.clients,
  );
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1_000;
  const hasEnough = () => (judge.tally?.contested ?? 0) >= options.runs && kills() >= options.kills;
  while (seconds() < options.seconds && !hasEnough() && !signal.aborted) {
    await Promise.race([delay(lookEveryMs), population.ended]);
    if (judge.tally) onProgress({ seconds: seconds(), tally: judge.tally });
  }
  await stopKiller();
  isOver = true;
  const lasted = seconds();
  await population.ended;
  wire.close();
  return lasted;
}

function percentiles(samples: readonly number[]): { p50: number; p99: number } {
  const sorted = samples.toSorted((one, other) => one - other);
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return { p50: at(0.5), p99: at(0.99) };
}
