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
    },
  });
  const isPart = values.quick || values.client !== undefined || values.row !== undefined;
  if (values.write && isPart) throw new TypeError("--write needs everything: it goes without --quick, --client and --row.");
  return {
    isWriting: values.write,
    isQuick: values.quick,
    isJson: values.json,
    isTracing: values.trace,
    client: values.client ?? null,
    row: values.row ?? null,
  };
}
