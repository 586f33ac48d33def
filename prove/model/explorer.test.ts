import { describe, expect, it } from "vitest";
import { explore, type System } from "./explorer.ts";

const everything = { stopAtFirst: false, maximumStates: 1_000 };

/** Two counters from 0 to 3, each of which can be raised; told apart by their values, not by which is which. */
function createCounters(
  breaks: (one: number, other: number) => readonly string[] = () => [],
): System<[number, number]> {
  return {
    initial: [0, 0],
    steps: ([one, other]) =>
      [
        { state: [one + 1, other] as [number, number], says: () => `left ${one + 1}` },
        { state: [one, other + 1] as [number, number], says: () => `right ${other + 1}` },
      ]
        .filter(({ state }) => Math.max(...state) <= 3)
        .map((step) => ({ ...step, breaks: breaks(...step.state) })),
    encode: (state) => Uint8Array.from(state.toSorted()),
    decode: ([one = 0, other = 0]) => [one, other],
  };
}

describe("an exploration", () => {
  it("visits each state once, and states of one canonical form as one", () => {
    // Pairs with repetition out of 0 to 3.
    expect(explore(createCounters(), everything)).toMatchObject({ states: 10, depth: 6, isComplete: true });
  });

  it("finds the shortest history that breaks an invariant, and tells each step of it", () => {
    const { broken } = explore(
      createCounters((one, other) => (one + other === 4 ? ["four"] : [])),
      everything,
    );
    expect(broken.get("four")).toHaveLength(4);
  });

  it("keeps the names in a history though the canonical form swaps them", () => {
    const { broken } = explore(
      createCounters((one, other) => (Math.min(one, other) === 1 && Math.max(one, other) === 3 ? ["found"] : [])),
      everything,
    );
    const history = broken.get("found") ?? [];
    const [left, right] = ["left", "right"].map((side) => history.filter((line) => line.startsWith(side)));
    const [once, thrice] = left?.length === 1 ? [left, right] : [right, left];
    expect(once?.map((line) => line.at(-1))).toEqual(["1"]);
    expect(thrice?.map((line) => line.at(-1))).toEqual(["1", "2", "3"]);
  });

  it("does not go on from a state that breaks an invariant", () => {
    const { states, broken } = explore(
      createCounters((one, other) => (one + other === 2 ? ["two"] : one + other > 2 ? ["beyond"] : [])),
      everything,
    );
    expect([...broken.keys()]).toEqual(["two"]);
    expect(states).toBe(2);
  });

  it("says that it is not complete when it stopped at the first break, or at the limit of states", () => {
    const broken = createCounters(() => ["always"]);
    expect(explore(broken, { ...everything, stopAtFirst: true })).toMatchObject({ states: 1, transitions: 2 });
    const late = createCounters((one, other) => (one + other === 2 ? ["two"] : []));
    expect(explore(late, { ...everything, stopAtFirst: true }).isComplete).toBe(false);
    expect(explore(createCounters(), { ...everything, maximumStates: 4 }).isComplete).toBe(false);
  });
});
