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
  const { world, database, judged, presented, verdict } = input;
  const { row, ledger } = database;
  const unchanged = { row, ledger, isEventTrue: true };
  switch (verdict) {
    case "rotated":
    case "recovered":
      return rotate(input);
    case "renewed":
    case "replayed":
    case "overlapped":
      return { ...unchanged, row: { ...touch(input), idle: world.idle }, answer: judged.generation };
    case "reused":
      return {
        row: { ...row, isEnded: true },
        ledger: { ...ledger, isEndLogged: true },
        answer: 0,
        isEventTrue: presented.isTagged,
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
      attempts: rules["attempt-in-row"] && presented.key > 0 ? [presented.key] : [],
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
    isEventTrue:
      verdict === "rotated" ? ledger.logged === presented.generation : ledger.logged < presented.generation,
  };
}

function touch({ rules, database: { row }, judged, presented, verdict }: CommitInput): Row {
  const keeps = rules["overlapped-keeps-its-key"] && rules["attempt-in-row"] && verdict === "overlapped";
  const isOfThisMaking = presented.key > 0 && presented.generation === judged.generation - 1;
  if (!keeps || !isOfThisMaking || row.attempts.includes(presented.key)) return row;
  return { ...row, attempts: [...row.attempts, presented.key] };
}
