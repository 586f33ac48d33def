import { describe, expect, it } from "vitest";
import { scenarios, scenariosElsewhere } from "./index.ts";
import { runScenario, storageModesOf } from "./run-scenario.ts";

describe("the fault table", () => {
  for (const scenario of scenarios) {
    for (const storage of storageModesOf(scenario)) {
      it(`${scenario.number}. ${scenario.title} (${storage})`, () => runScenario(scenario, { storage }));
    }
  }

  it("has 52 rows, each of them somewhere", () => {
    const numbers = [...scenarios, ...scenariosElsewhere].map(({ number }) => number);
    expect(numbers.sort((one, other) => one - other)).toEqual(Array.from({ length: 52 }, (_, index) => index + 1));
  });
});
