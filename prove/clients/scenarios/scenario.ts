import type { VirtualTab, WorldOptions } from "@holdfast/client/testing";
import type { Trial } from "../trial.ts";

/** One row of the table: a row, or a variant of it, of the fault table that can be judged from outside. */
export interface Scenario {
  /** The row of the fault table. */
  readonly row: string;
  readonly title: string;
  /** What an honest client does: it holds the session, or it ends it. */
  readonly expected: "held" | "ended";
  /** Default: 1. */
  readonly tabs?: number;
  readonly world?: WorldOptions;
  /** Whether the server answers everything all the time: then there is no reason to ask often. */
  readonly isAnswered?: boolean;
  /** Whether a client that asks every second makes it last: left out of quick runs for all but our own. */
  readonly isLong?: boolean;
  /** From the fault to its end. The first tab is the one in which the person signed in. */
  run(trial: Trial, first: VirtualTab, others: readonly VirtualTab[]): Promise<void>;
}
