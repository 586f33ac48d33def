import { clockScenarios } from "./clocks.ts";
import { endingScenarios } from "./endings.ts";
import { networkScenarios } from "./network.ts";
import type { Scenario } from "./scenario.ts";
import { sleepScenarios } from "./sleep.ts";
import { tabScenarios } from "./tabs.ts";

export type { Scenario } from "./scenario.ts";

/** In the order of the table's rows. */
export const scenarios: readonly Scenario[] = [
  ...tabScenarios,
  ...sleepScenarios,
  ...networkScenarios,
  ...clockScenarios,
  ...endingScenarios,
];
