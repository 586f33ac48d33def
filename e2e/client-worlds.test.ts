import { afterAll, describe, expect, it } from "vitest";
import { scenarios } from "../packages/client/src/testing/scenarios/index.ts";
import { runScenario, storageModesOf } from "../packages/client/src/testing/scenarios/run-scenario.ts";
import { knownHistories } from "../packages/client/src/testing/schedules/known-histories.ts";
import {
  always,
  comings,
  findFailing,
  surroundings,
  thefts,
} from "../packages/client/src/testing/schedules/random-schedules.testing.ts";
import { compareServers } from "./support/client-worlds/compare-servers.ts";
import { createEngines } from "./support/client-worlds/engines.ts";

/** The real client in virtual worlds whose server is the real engine on its PostgreSQL. */
const engines = createEngines();
afterAll(() => engines.close());

describe("the fault table, against the real engine", () => {
  for (const scenario of scenarios) {
    for (const storage of storageModesOf(scenario)) {
      it(`${scenario.number}. ${scenario.title} (${storage})`, async () => {
        const server = await engines.serverFor({ ...scenario.world, storage });
        await runScenario(scenario, { storage, server });
      });
    }
  }
});

describe.each(["cookie", "local"] as const)("the reference server decides as the engine does (%s)", (storage) => {
  it.each(knownHistories)("$name", ({ world, steps }) => compareServers(engines, steps, { ...world, storage }));
});

/** How many worlds each property visits, and where it begins: set both to look further, or again. */
const search = {
  worlds: Number(process.env.HOLDFAST_WORLDS ?? 8),
  ...(process.env.HOLDFAST_SEED === undefined ? {} : { seed: Number(process.env.HOLDFAST_SEED) }),
};

describe.each(surroundings)("the reference server decides as the engine does, in any world ($name)", ({ world }) => {
  it.each([
    { whatHappens: "nobody leaves", steps: always },
    { whatHappens: "people come and go", steps: [...always, ...comings] },
    { whatHappens: "a thief is about", steps: [...always, ...comings, ...thefts] },
  ])("where $whatHappens", { timeout: 900_000 }, async ({ steps }) => {
    const failing = await findFailing(
      steps,
      (commands, seed) => compareServers(engines, commands, { ...world, seed }),
      search,
    );
    expect(failing).toBe("");
  });
});
