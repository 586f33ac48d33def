/**
 * The fault table, row by row: what a client is put through, and what must come of it. A script is written against
 * `AuthClient`, whoever implements it; 44 to 51 need a framework, and run where that is.
 */
import { clockScenarios } from "./clocks.ts";
import { endingScenarios } from "./endings.ts";
import { lostAnswerScenarios } from "./lost-answers.ts";
import { networkScenarios } from "./network.ts";
import type { Scenario, ScenarioElsewhere } from "./scenario.ts";
import { sleepScenarios } from "./sleep.ts";
import { tabScenarios } from "./tabs.ts";

export { runScenario } from "./run-scenario.ts";
export type { Scenario, ScenarioElsewhere } from "./scenario.ts";

export const scenarios: readonly Scenario[] = [
  ...sleepScenarios,
  ...networkScenarios,
  ...lostAnswerScenarios,
  ...tabScenarios,
  ...clockScenarios,
  ...endingScenarios,
];

const convex = "@holdfast/convex";

export const scenariosElsewhere: readonly ScenarioElsewhere[] = [
  { number: 44, title: "React StrictMode mounts, unmounts, mounts: one client", elsewhere: "@holdfast/react" },
  { number: 45, title: "Convex: a scheduled refetch during an outage stays pending", elsewhere: convex },
  { number: 46, title: "Convex: wake with an expired token, recovers without unmount", elsewhere: convex },
  { number: 47, title: "Convex: an identity change while pending is deferred", elsewhere: convex },
  { number: 48, title: "Convex: forced into noAuth, binds again", elsewhere: convex },
  { number: 49, title: "Convex: revoked while pending, null and unauthenticated in one tick", elsewhere: convex },
  { number: 50, title: "Next: the server down on a protected page, cookie kept", elsewhere: "@holdfast/next" },
  { number: 51, title: "Next: parallel requests, the winner's cookie survives", elsewhere: "@holdfast/next" },
];
