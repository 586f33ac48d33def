import { type Commit, commit } from "./commit.ts";
import { brokenBy, type InvariantName, type Presented } from "./invariants.ts";
import type { Model } from "./model.ts";
import { type Database, noMemory, type Row, replaceAt, type State, type Verdict } from "./state.ts";

/** The two nodes. While nothing tells them apart, one stands for both. */
const nodeNames = ["node A", "node B"] as const;

export const nodeName = (node: number) => nodeNames[node] ?? "a node";

/** The nodes that a request may come to. */
export function nodesOf({ rules }: Model): readonly number[] {
  return rules["shared-clock"] && rules["attempt-in-row"] ? [0] : [0, 1];
}

export interface Judged {
  readonly verdict: Verdict;
  /** I6, where another node would have judged otherwise. */
  readonly breaks: readonly InvariantName[];
  /** What that other node would have said, for the story. */
  readonly note: string;
}

/** What a node makes of a presentation, by the row as it is now. */
export function judgeAt(model: Model, state: State, presented: Presented, node: number): Judged {
  const judgedBy = (each: number) =>
    model.judge(state.primary.row, presented, {
      lead: each === 1 && !model.rules["shared-clock"] ? 1 : 0,
      memory: state.nodes[each] ?? noMemory,
      sinceFailover: state.sinceFailover,
    });
  const verdict = judgedBy(node);
  const elsewhere = judgedBy(1 - node);
  if (elsewhere === verdict) return { verdict, breaks: [], note: "" };
  return { verdict, breaks: ["I6"], note: ` (${nodeName(1 - node)} would say ${elsewhere})` };
}

export interface Settled {
  readonly state: State;
  /** The generation answered with; 0 for a refusal. */
  readonly answer: number;
  readonly breaks: readonly InvariantName[];
  /** What came between, for the story. */
  readonly note: string;
}

export interface Decision {
  readonly presented: Presented;
  readonly verdict: Verdict;
  readonly node: number;
  /** The row that was judged; null when it is judged and written in one. */
  readonly snapshot: Row | null;
}

/** Everything that may come of a verdict: its commit, and the crashes that the rules leave room for. */
export function settle(model: Model, state: State, decision: Decision): Settled[] {
  const { verdict, presented, snapshot } = decision;
  const { world, rules } = model;
  const committed = commit({
    world,
    rules,
    // Saving the row whole writes over whatever was committed since it was read.
    database: rules["one-statement"] || !snapshot ? state.primary : { ...state.primary, row: snapshot },
    judged: snapshot ?? state.primary.row,
    presented,
    verdict,
  });
  const outcomes = [outcome(model, state, decision, committed, "")];
  if (committed.row === state.primary.row) return outcomes;
  if (!rules["event-in-statement"]) {
    const unlogged = { ...committed, ledger: { ...committed.ledger, ...logOf(state.primary) } };
    outcomes.push(outcome(model, state, decision, unlogged, "; killed between the change and its event"));
  }
  if (!rules["commit-before-reply"]) {
    outcomes.push(
      outcome(model, state, decision, { ...committed, ...state.primary }, "; replies, and is killed before its commit"),
    );
  }
  return outcomes;
}

const logOf = ({ ledger: { logged, isEndLogged } }: Database) => ({ logged, isEndLogged });

function outcome(model: Model, before: State, decision: Decision, committed: Commit, note: string): Settled {
  const { presented, verdict } = decision;
  const minted = mint(model, before.minted, presented, committed.answer);
  const state: State = {
    ...before,
    primary: { row: committed.row, ledger: committed.ledger },
    nodes: remember(model, before, decision, committed),
    minted,
  };
  const breaks = brokenBy({ world: model.world, before, presented, verdict, committed, minted });
  return { state, answer: committed.answer, breaks, note };
}

/** Notes the token of a good answer. A derived one is the same each time; another handle makes another token. */
function mint({ rules }: Model, minted: readonly number[], { isHandleKnown }: Presented, answer: number) {
  if (answer === 0) return minted;
  const bits = minted[answer - 1] ?? 0;
  const bit = rules["derived-successor"] ? (isHandleKnown ? 1 : 2) : bits + 1;
  if ((bits & bit) !== 0) return minted;
  const longer = Array.from({ length: Math.max(minted.length, answer) }, (_, index) => minted[index] ?? 0);
  return replaceAt(longer, answer - 1, bits | bit);
}

function remember({ rules }: Model, { nodes }: State, { verdict, presented, node }: Decision, { answer }: Commit) {
  if (rules["attempt-in-row"] || (verdict !== "rotated" && verdict !== "recovered")) return nodes;
  return replaceAt(nodes, node, { generation: answer, key: presented.key });
}
