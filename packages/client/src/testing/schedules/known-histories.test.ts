import { describe, it } from "vitest";
import { knownHistories } from "./known-histories.ts";
import { runSchedule } from "./run-schedule.ts";

describe("histories that broke it once", () => {
  it.each(knownHistories)("$name", ({ world, steps }) => runSchedule(steps, world));
});
