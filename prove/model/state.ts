import type { World } from "./worlds.ts";

// Ages and limits are in ticks. Keys are small numbers, 0 is none; so is generation 0.

/** What the statement reads and writes: one row of `grants`. */
export interface Row {
  readonly generation: number;
  /** `attempt_hash`: the key of the attempt that made this generation. */
  readonly attempt: number;
  /** `recent_rotations` as ages, newest first; what is as old as the overlap says nothing more and is dropped. */
  readonly ages: readonly number[];
  /** Ticks until the idle limit. */
  readonly idle: number;
  readonly isEnded: boolean;
}

/** What was really committed and what the event log says of it: no verdict reads it, the invariants do. */
export interface Ledger {
  /** The highest generation ever made. */
  readonly highest: number;
  /** Age of the replacement of generation index + 1. */
  readonly replaced: readonly number[];
  /** The generation one gets by reading the events. */
  readonly logged: number;
  readonly isEndLogged: boolean;
}

/** The database, as a failover takes it back. */
export interface Database {
  readonly row: Row;
  readonly ledger: Ledger;
}

/** What a presented token and its request prove. */
export interface Presentation {
  readonly generation: number;
  readonly key: number;
  readonly isTagged: boolean;
  readonly isHandleKnown: boolean;
  readonly isProved: boolean;
}

export type Verdict =
  | "malformed"
  | "unknown"
  | "revoked"
  | "expired"
  | "unbound"
  | "renewed"
  | "rotated"
  | "replayed"
  | "overlapped"
  | "recovered"
  | "reused";

/** A request of the honest browser and what became of it. */
export interface Flight {
  readonly generation: number;
  readonly key: number;
  /** Since it was sent. */
  readonly age: number;
  readonly phase: "sent" | "judged" | "answered";
  /** The generation answered with; 0 for a refusal. */
  readonly answer: number;
  /** Whether nothing was sent under its key since. */
  readonly isLatest: boolean;
  /** Only where judging and writing are apart: what was read and decided. */
  readonly judged: { readonly row: Row; readonly verdict: Verdict } | null;
}

export interface Tab {
  /** What it has read from storage and not used yet. */
  readonly prepared: { readonly generation: number; readonly key: number } | null;
  /** The request it waits for. */
  readonly flight: Flight | null;
}

/** What the tabs of the honest browser share. */
export interface Browser {
  /** The highest generation it knows of; in body mode the stored token. */
  readonly generation: number;
  /** The pending attempt's key. */
  readonly key: number;
  /** The generation in the cookie jar. Unused in body mode. */
  readonly jar: number;
}

/** What a thief has: a copied token, and the pending key where it lay beside it. */
export interface Thief {
  readonly generation: number;
  readonly key: number;
}

/** The last attempt a node remembers in memory. Unused while attempts stand in the row. */
export interface NodeMemory {
  readonly generation: number;
  readonly key: number;
}

/** What may still happen: the bounds. */
export interface Left {
  readonly sends: number;
  readonly ticks: number;
  readonly thefts: number;
  readonly revocations: number;
  readonly failovers: number;
}

export interface State {
  readonly left: Left;
  readonly primary: Database;
  readonly replica: Database;
  readonly browser: Browser;
  readonly tabs: readonly Tab[];
  /** Requests nobody waits for any more, and which may still arrive. */
  readonly strays: readonly Flight[];
  readonly thief: Thief;
  readonly nodes: readonly NodeMemory[];
  readonly revocation: "none" | "committed" | "acknowledged";
  /** Whether somebody outside was told that the grant has ended. */
  readonly isEndTold: boolean;
  /** Whether a copied token was presented: from then on the grant may rightly end. */
  readonly isRobbed: boolean;
  /** Ticks since the honest browser last received a good answer. */
  readonly sinceAnswer: number;
  readonly sinceFailover: number;
  /** A bit for each different token handed out, by generation. */
  readonly minted: readonly number[];
  /** The next unused key. A name only: the canonical form does not hold it. */
  readonly nextKey: number;
}

export function startOf(world: World): State {
  const row: Row = { generation: 1, attempt: 0, ages: [], idle: world.idle, isEnded: false };
  const database: Database = { row, ledger: { highest: 1, replaced: [], logged: 1, isEndLogged: false } };
  return {
    left: world.bounds,
    primary: database,
    replica: database,
    browser: { generation: 1, key: 0, jar: world.mode === "cookie" ? 1 : 0 },
    tabs: Array.from({ length: world.tabs }, () => ({ prepared: null, flight: null })),
    strays: [],
    thief: { generation: 0, key: 0 },
    nodes: [noMemory, noMemory],
    revocation: "none",
    isEndTold: false,
    isRobbed: false,
    sinceAnswer: 0,
    sinceFailover: world.idle,
    minted: [1],
    nextKey: 1,
  };
}

export const noMemory: NodeMemory = { generation: 0, key: 0 };

/** A list with one element replaced. */
export function replaceAt<Item>(items: readonly Item[], index: number, item: Item): Item[] {
  return items.map((each, at) => (at === index ? item : each));
}
