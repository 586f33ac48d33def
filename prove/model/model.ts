import { clientSteps } from "./client-steps.ts";
import { createCodec } from "./codec.ts";
import type { Step, System } from "./explorer.ts";
import type { RuleSet } from "./rules.ts";
import { serverSteps } from "./server-steps.ts";
import { type State, startOf } from "./state.ts";
import { thiefSteps } from "./thief-steps.ts";
import { createJudge, type Judge } from "./verdicts.ts";
import { worldSteps } from "./world-steps.ts";
import type { World } from "./worlds.ts";

/** A world under a set of rules. */
export interface Model {
  readonly world: World;
  readonly rules: RuleSet;
  readonly judge: Judge;
}

export type ModelStep = Step<State>;

/** The transition system of a world under a set of rules: in each state, everything that can happen next. */
export function createModel(world: World, rules: RuleSet): System<State> {
  const model: Model = { world, rules, judge: createJudge(world, rules) };
  return {
    initial: startOf(world),
    steps: (state) => [
      ...clientSteps(model, state),
      ...serverSteps(model, state),
      ...thiefSteps(model, state),
      ...worldSteps(model, state),
    ],
    ...createCodec(world),
  };
}
