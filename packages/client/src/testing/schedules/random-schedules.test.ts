import { describe, expect, it } from "vitest";
import { always, comings, findFailing, surroundings, thefts } from "./random-schedules.testing.ts";
import { runSchedule } from "./run-schedule.ts";

/** How many worlds each property visits, and where it begins: set both to look further, or again. */
const search = {
  worlds: Number(process.env.HOLDFAST_WORLDS ?? 300),
  ...(process.env.HOLDFAST_SEED === undefined ? {} : { seed: Number(process.env.HOLDFAST_SEED) }),
};

describe.each(surroundings)("in any world ($name)", ({ world }) => {
  const visit = async (steps: typeof always) => {
    const failing = await findFailing(
      steps,
      (commands, worldSeed) => runSchedule(commands, { ...world, seed: worldSeed }),
      search,
    );
    expect(failing).toBe("");
  };

  it("a session that nobody ended holds, whatever breaks", { timeout: 600_000 }, () => visit(always));

  it("people come and go, and every tab shows the truth", { timeout: 600_000 }, () => visit([...always, ...comings]));

  it("a thief takes one session with him, and no other", { timeout: 600_000 }, () =>
    visit([...always, ...comings, ...thefts]),
  );
});
