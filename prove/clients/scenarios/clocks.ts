import { hours, minutes } from "@holdfast/client/testing";
import type { Trial } from "../trial.ts";
import type { Scenario } from "./scenario.ts";

/** Clocks that are wrong, or step. */
export const clockScenarios: readonly Scenario[] = [
  {
    row: "28",
    title: "the computer's clock 7 min ahead, half an hour",
    expected: "held",
    world: { skew: minutes(7) },
    isAnswered: true,
    run: ({ use }) => use(minutes(30)),
  },
  {
    row: "29",
    title: "the computer's clock 7 min behind, half an hour",
    expected: "held",
    world: { skew: -minutes(7) },
    isAnswered: true,
    run: ({ use }) => use(minutes(30)),
  },
  {
    row: "30",
    title: "the clock steps forward an hour; half an hour",
    expected: "held",
    isAnswered: true,
    run: (trial) => step(trial, hours(1)),
  },
  {
    row: "31",
    title: "the clock steps back an hour; half an hour",
    expected: "held",
    isAnswered: true,
    run: (trial) => step(trial, -hours(1)),
  },
  {
    row: "32",
    title: "the clock steps back a day while the app is closed",
    expected: "held",
    isAnswered: true,
    async run({ world, use }, tab) {
      tab.close();
      await world.run(minutes(10));
      world.clock.step(-hours(24));
      tab.reopen();
      await use(minutes(30));
    },
  },
];

async function step({ world, use }: Trial, by: number): Promise<void> {
  await use(minutes(1));
  world.clock.step(by);
  await use(minutes(30));
}
