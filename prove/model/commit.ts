import type { RuleSet } from "./rules.ts";
import type { Database, Ledger, Presentation, Row, Verdict } from "./state.ts";
import type { World } from "./worlds.ts";

/** What a verdict writes. */
export interface Commit {
  readonly row: Row;
  readonly ledger: Ledger;
  /** The generation answered with; 0 for a refusal. */
  readonly answer: number;
  /** Whether the event fits what the log says so far: one cannot replace a generation twice. */
  readonly isEventTrue: boolean;
}

export interface CommitInput {
  readonly world: World;
  readonly rules: RuleSet;
  readonly database: Database;
  /** The row that was judged: the database's, where judging and writing are one. */
  readonly judged: Row;
  readonly presented: Presentation;
  readonly verdict: Verdict;
}

/** Applies a verdict: the columns it sets, and what the event log then says. */
export function commit(input: CommitInput): Commit {
  const { world, rules, database, judged, verdict } = input;
  const { row, ledger } = database;
  const unchanged = { row, ledger, isEventTrue: true };
  switch (verdict) {
    case "rotated":
    case "recovered":
      return rotate(input);
    case "renewed":
    case "overlapped":
      return { ...unchanged, row: { ...row, idle: world.idle }, answer: judged.generation };
    case "replayed": {
      const ages = rules["replay-restarts-overlap"] ? [0, ...row.ages.slice(1)] : row.ages;
      return { ...unchanged, row: { ...row, ages, idle: world.idle }, answer: judged.generation };
    }
    case "reused":
      return {
        row: { ...row, isEnded: true },
        ledger: { ...ledger, isEndLogged: true },
        answer: 0,
        isEventTrue: true,
      };
    default:
      return { ...unchanged, answer: 0 };
  }
}

function rotate({ world, rules, database, judged, presented, verdict }: CommitInput): Commit {
  const { row, ledger } = database;
  const next = presented.generation + 1;
  const lost = rules["recovery-fills-the-gap"] ? next - judged.generation : 1;
  return {
    row: {
      ...row,
      generation: next,
      attempt: rules["attempt-in-row"] ? presented.key : 0,
      ages: [...Array<number>(lost).fill(0), ...row.ages],
      idle: world.idle,
    },
    ledger: {
      ...ledger,
      highest: Math.max(ledger.highest, next),
      replaced: [...ledger.replaced, ...Array<number>(Math.max(next - ledger.highest, 0)).fill(0)],
      logged: next,
    },
    answer: next,
    isEventTrue: verdict === "rotated" ? ledger.logged === presented.generation : ledger.logged < presented.generation,
  };
}
