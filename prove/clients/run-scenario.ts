import { minutes, WorldFailed } from "@holdfast/client/testing";
import type { Contestant } from "./contestants.ts";
import { type Finding, judge } from "./judge.ts";
import type { Scenario } from "./scenarios/index.ts";
import { createTrial } from "./trial.ts";

/** Longer than a browser waits for an answer and a token lives: who lives on what is left of the last is found out. */
const afterwards = minutes(12);

export interface Outcome extends Finding {
  /** What happened, in order. */
  readonly trace: string;
}

/** Runs one contestant through one scenario, in a world of its own. */
export async function runScenario(
  scenario: Scenario,
  contestant: Contestant,
  bundle: string,
  seed: number,
): Promise<Outcome> {
  const trial = createTrial({ contestant, bundle, world: { ...scenario.world, seed } });
  const { world } = trial;
  let liftedAt = 0;
  world.note(`${contestant.id}: ${scenario.title}`);
  try {
    const [first, ...others] = await trial.begin(scenario.tabs);
    if (!first) throw new Error("There is no tab.");
    await scenario.run(trial, first, others);
    liftedAt = world.now;
    world.note("the fault is over");
    await trial.use(afterwards);
    await trial.askOnceMore();
  } catch (error) {
    // A page that reloads itself for ever: the world gives up on it.
    if (!(error instanceof WorldFailed && isHopeless(world.violations))) throw error;
  }
  const finding = judge(scenario, trial, liftedAt);
  await world.abandon();
  return { ...finding, trace: world.trace.toText() };
}

function isHopeless(violations: readonly { readonly invariant: string }[]): boolean {
  return violations.filter(({ invariant }) => invariant === "no reload" || invariant === "no refresh loop").length > 0;
}
