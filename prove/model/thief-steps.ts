import type { Presented } from "./invariants.ts";
import type { Model, ModelStep } from "./model.ts";
import { judgeAt, nodeName, nodesOf, settle } from "./presenting.ts";
import { answerName, keyName } from "./server-steps.ts";
import type { State } from "./state.ts";

/** What somebody else does with what was copied, rewritten, or made with the server's own secret. */
export function thiefSteps(model: Model, state: State): ModelStep[] {
  if (model.world.thief === "none" || state.left.thefts === 0) return [];
  return [
    ...copying(model, state),
    ...presentations(model, state).flatMap((presented) =>
      // When it arrives is all that matters of a thief's request: sent, judged and answered are one step.
      nodesOf(model).flatMap((node) => presenting(model, state, presented, node)),
    ),
  ];
}

function copying({ world }: Model, state: State): ModelStep[] {
  if (world.thief === "insider" || state.thief.generation > 0) return [];
  const { generation, key } = state.browser;
  const what = key === 0 ? `generation ${generation}` : `generation ${generation} and the pending ${keyName(key)}`;
  return [{ state: { ...state, thief: { generation, key } }, breaks: [], says: () => `the thief copies ${what}` }];
}

function presentations({ world }: Model, state: State): Presented[] {
  const { generation, key } = state.thief;
  const copy = { by: "thief", held: generation, key: 0, isTagged: true, isHandleKnown: true } as const;
  const isProved = !world.isBound;
  const generations = Array.from({ length: state.primary.ledger.highest + 2 }, (_, index) => index + 1);
  if (world.thief === "insider") {
    return generations.map((each) => ({ ...copy, generation: each, isHandleKnown: false, isProved }));
  }
  if (generation === 0) return [];
  const keys = key === 0 ? [0] : [0, key];
  const copies = keys.map((each) => ({ ...copy, generation, key: each, isProved }));
  if (world.thief !== "forges") return copies;
  const others = generations.filter((each) => each !== generation);
  return [...copies, ...others.map((each) => ({ ...copy, generation: each, isTagged: false, isProved }))];
}

function presenting(model: Model, before: State, presented: Presented, node: number): ModelStep[] {
  const { verdict, breaks } = judgeAt(model, before, presented, node);
  const isCopy = presented.isTagged && presented.isHandleKnown && presented.isProved;
  return settle(model, before, { presented, verdict, node, snapshot: null }).map(
    ({ state, answer, note, ...settled }) => ({
      state: {
        ...state,
        left: { ...state.left, thefts: state.left.thefts - 1 },
        thief: { ...state.thief, generation: Math.max(state.thief.generation, answer) },
        isRobbed: state.isRobbed || isCopy,
        isEndTold: state.isEndTold || verdict === "reused",
      },
      breaks: [...breaks, ...settled.breaks],
      says: () => `${describe(presented)}; ${nodeName(node)}: ${verdict}${answerName(answer)}${note}`,
    }),
  );
}

function describe({ generation, key, isTagged, isHandleKnown }: Presented): string {
  if (!isHandleKnown) return `an insider presents generation ${generation}, made without the handle`;
  return `the thief presents ${isTagged ? "" : "a forged "}generation ${generation} under ${keyName(key)}`;
}
