import { parseArgs } from "node:util";
import { type Breakage, breakages, isBreakage } from "./node/breakage.ts";

/** What a run is asked to do. It ends when it has all of what is asked for, or when its time is over. */
export interface RunOptions {
  /** Contested refreshes, at least. */
  readonly runs: number;
  readonly kills: number;
  /** At most. */
  readonly seconds: number;
  readonly nodes: number;
  /** Clients that refresh at the same time, each with several tabs. */
  readonly clients: number;
  readonly killsPerSecond: number;
  readonly seed: number;
  readonly isJson: boolean;
  /** Where the history is written. Default: a new file in the directory for temporary files. */
  readonly history: string | null;
  readonly breakage: Breakage | null;
}

const forever = 7 * 86_400;
/** What CI does: a minute at most with everything around it. */
const quick = { runs: 8_000, kills: 30, seconds: 25 };

/** Reads the command line. @throws Error when it cannot be read */
export function readOptions(args: readonly string[]): RunOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: "string" },
      kills: { type: "string" },
      seconds: { type: "string" },
      nodes: { type: "string", default: "2" },
      clients: { type: "string", default: "64" },
      "kills-per-second": { type: "string", default: "2.5" },
      seed: { type: "string" },
      history: { type: "string" },
      break: { type: "string" },
      json: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
    },
  });
  const isBounded = values.runs !== undefined || values.kills !== undefined || values.seconds !== undefined;
  const defaults = values.quick || !isBounded ? quick : { runs: 0, kills: 0, seconds: forever };
  const isOnlyTimed = values.runs === undefined && values.kills === undefined && values.seconds !== undefined;
  const endless = isOnlyTimed ? Number.POSITIVE_INFINITY : 0;
  return {
    runs: readNumber("runs", values.runs, Math.max(defaults.runs, endless)),
    kills: readNumber("kills", values.kills, defaults.kills),
    seconds: readNumber("seconds", values.seconds, defaults.seconds),
    nodes: atLeastOne("nodes", readNumber("nodes", values.nodes, 2)),
    clients: atLeastOne("clients", readNumber("clients", values.clients, 64)),
    killsPerSecond: readNumber("kills-per-second", values["kills-per-second"], 2.5),
    seed: readNumber("seed", values.seed, Date.now() % 2 ** 32),
    isJson: values.json,
    history: values.history ?? null,
    breakage: readBreakage(values.break),
  };
}

function readNumber(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (text === "" || !Number.isFinite(number) || number < 0) throw new Error(`--${name} is not a number from 0 on.`);
  return number;
}

function atLeastOne(name: string, number: number): number {
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} is not a whole number from 1 on.`);
  return number;
}

function readBreakage(name: string | undefined): Breakage | null {
  if (name === undefined) return null;
  if (isBreakage(name)) return name;
  const known = Object.entries(breakages).map(([each, says]) => `  ${each.padEnd(12)} ${says}`);
  throw new Error(`There is nothing called "${name}" to break. There are:\n${known.join("\n")}`);
}
