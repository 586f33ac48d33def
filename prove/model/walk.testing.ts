import type { Step } from "./explorer.ts";
import { createModel } from "./model.ts";
import type { RuleSet } from "./rules.ts";
import { type State, startOf } from "./state.ts";
import type { World } from "./worlds.ts";

/** Calls back for every step from every state of a world, without the explorer's store and by a plain set. */
export function walk(world: World, rules: RuleSet, onStep: (step: Step<State>, from: State) => void): void {
  const { steps, encode } = createModel(world, rules);
  const keyOf = (state: State) => encode(state).join();
  const queue = [startOf(world)];
  const seen = new Set(queue.map(keyOf));
  for (const state of queue) {
    for (const step of steps(state)) {
      onStep(step, state);
      const key = keyOf(step.state);
      if (step.breaks.length > 0 || seen.has(key)) continue;
      seen.add(key);
      queue.push(step.state);
    }
  }
}
