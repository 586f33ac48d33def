import { parseArgs } from "node:util";

export interface Options {
  /** Writes what was found: `results.json` and the page of the documentation. */
  readonly isWriting: boolean;
  /** Leaves the long scenarios out for all but our own client. */
  readonly isQuick: boolean;
  readonly isJson: boolean;
  /** Prints what happened, in order. */
  readonly isTracing: boolean;
  /** The id of a client; null for all. */
  readonly client: string | null;
  /** The number of a row of the fault table; null for all. */
  readonly row: string | null;
  /** What chance depends on: when the app asks, jitter, identifiers. Default: 1. */
  readonly seed: number;
}

/** @throws TypeError for what it does not know */
export function readOptions(parameters: string[]): Options {
  const { values } = parseArgs({
    args: parameters,
    options: {
      write: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      trace: { type: "boolean", default: false },
      client: { type: "string" },
      row: { type: "string" },
      seed: { type: "string", default: "1" },
    },
  });
  if (!/^[1-9]\d{0,8}$/.test(values.seed)) throw new TypeError(`--seed is a number from 1 on, not ${values.seed}.`);
  const isPart = values.quick || values.client !== undefined || values.row !== undefined || values.seed !== "1";
  if (values.write && isPart)
    throw new TypeError("--write needs everything: it goes without --quick, --client, --row and --seed.");
  return {
    isWriting: values.write,
    isQuick: values.quick,
    isJson: values.json,
    isTracing: values.trace,
    client: values.client ?? null,
    row: values.row ?? null,
    seed: Number(values.seed),
  };
}
