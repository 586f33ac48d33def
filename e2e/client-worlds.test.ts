import { afterAll, describe, expect, it } from "vitest";
import { scenarios } from "../packages/client/src/testing/scenarios/index.ts";
import { runScenario, storageModesOf } from "../packages/client/src/testing/scenarios/run-scenario.ts";
import type { Command } from "../packages/client/src/testing/schedules/command.ts";
import { knownHistories } from "../packages/client/src/testing/schedules/known-histories.ts";
import {
  always,
  comings,
  findFailing,
  thefts as randomThefts,
  surroundings,
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

/** Too rare to be left to chance. */
const thefts: readonly { readonly name: string; readonly steps: readonly Command[] }[] = [
  {
    name: "a theft that is noticed, and the person comes back",
    steps: [
      { do: "run", for: 600_000 },
      { do: "steal", from: "ada", generationsOld: 2 },
      { do: "force a refresh", tab: 0 },
      { do: "run", for: 3000 },
      { do: "sign in", tab: 0, person: "ada" },
      { do: "force a refresh", tab: 0 },
      { do: "run", for: 600_000 },
    ],
  },
  ...[20_000, 29_000, 31_000].map((age) => ({
    name: `a copy that was replaced ${age / 1000} s before`,
    steps: [
      { do: "force a refresh", tab: 0 } as const,
      { do: "run", for: age } as const,
      { do: "steal", from: "ada", generationsOld: 1 } as const,
      { do: "run", for: 600_000 } as const,
    ],
  })),
];

describe.each(["cookie", "local"] as const)("both judge thieves alike (%s)", (storage) => {
  it.each(thefts)("$name", ({ steps }) => compareServers(engines, steps, { storage }));
});

/** How many worlds each property visits, and where it begins: set both to look further, or again. */
const search = {
  worlds: Number(process.env.HOLDFAST_WORLDS ?? 3),
  ...(process.env.HOLDFAST_SEED === undefined ? {} : { seed: Number(process.env.HOLDFAST_SEED) }),
};

describe.each(surroundings)("the reference server decides as the engine does, in any world ($name)", ({ world }) => {
  it.each([
    { whatHappens: "nobody leaves", steps: always },
    { whatHappens: "people come and go", steps: [...always, ...comings] },
    { whatHappens: "a thief is about", steps: [...always, ...comings, ...randomThefts] },
  ])("where $whatHappens", { timeout: 900_000 }, async ({ steps }) => {
    const failing = await findFailing(
      steps,
      (commands, seed) => compareServers(engines, commands, { ...world, seed }),
      search,
    );
    expect(failing).toBe("");
  });
});
