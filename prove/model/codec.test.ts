import { describe, expect, it } from "vitest";
import { createCodec } from "./codec.ts";
import { explore } from "./explorer.ts";
import { createModel } from "./model.ts";
import { changeRules, everyRule } from "./rules.ts";
import { type Flight, type State, startOf } from "./state.ts";
import { walk } from "./walk.testing.ts";
import { createWorld, type World, type WorldName } from "./worlds.ts";

const world = createWorld("tabs", "small");
const flight: Flight = {
  ...{ generation: 1, key: 0, age: 0, phase: "sent", answer: 0, isLatest: true, judged: null },
};

/** A world with less to happen in it, for tests that look at every state twice. */
function createTinyWorld(name: WorldName, sends = 3): World {
  const small = createWorld(name, "small");
  return { ...small, bounds: { ...small.bounds, sends, ticks: 1 } };
}

function stateWith(change: Partial<State>): State {
  return { ...startOf(world), ...change };
}

describe("the canonical form", () => {
  it.each<WorldName>(["cookie", "failover", "thief", "held-up-requests"])(
    "is read as it was written, everywhere in %s",
    (name) => {
      const somewhere = createTinyWorld(name);
      const { encode, decode } = createCodec(somewhere);
      walk(somewhere, changeRules(everyRule, ["one-pending-key"]), ({ state }) => {
        const written = encode(state).slice();
        if (!isEqual(encode(decode(written)), written)) expect(encode(decode(written))).toEqual(written);
      });
    },
  );

  it("is read as it was written where judging and writing are apart, and nodes remember", () => {
    const somewhere = createTinyWorld("revocation", 2);
    const { encode, decode } = createCodec(somewhere);
    let judged = 0;
    walk(somewhere, changeRules(everyRule, ["row-lock", "attempt-in-row", "read-with-send"]), ({ state }) => {
      const written = encode(state).slice();
      if (state.tabs.some((tab) => tab.flight?.judged)) judged += 1;
      if (!isEqual(encode(decode(written)), written)) expect(encode(decode(written))).toEqual(written);
    });
    expect(judged).toBeGreaterThan(0);
  });

  it("does not tell tabs apart by their names", () => {
    const { encode } = createCodec(world);
    const busy = { prepared: null, flight };
    const idle = { prepared: null, flight: null };
    const one = encode(stateWith({ tabs: [busy, idle] })).slice();
    expect(encode(stateWith({ tabs: [idle, busy] }))).toEqual(one);
    expect(encode(stateWith({ tabs: [idle, idle] }))).not.toEqual(one);
  });

  it("does not tell keys apart by their names, but does tell one key from two", () => {
    const { encode } = createCodec(world);
    const withKeys = (pending: number, sent: number) =>
      stateWith({
        browser: { generation: 1, key: pending, jar: 0 },
        tabs: [
          { prepared: null, flight: { ...flight, key: sent } },
          { prepared: null, flight: null },
        ],
      });
    const same = encode(withKeys(1, 1)).slice();
    expect(encode(withKeys(7, 7))).toEqual(same);
    expect(encode(withKeys(7, 8))).not.toEqual(same);
    const different = encode(withKeys(1, 2)).slice();
    expect(encode(withKeys(8, 7))).toEqual(different);
  });

  it("refuses a value that does not fit, instead of making two states one", () => {
    expect(() => createCodec(world).encode(stateWith({ sinceAnswer: 251 }))).toThrow(RangeError);
  });

  it("makes the explorer find as many states as a plain search without it", () => {
    const states = new Set<string>();
    const tiny = createTinyWorld("tabs");
    const { encode } = createCodec(tiny);
    walk(tiny, everyRule, ({ state }) => states.add(encode(state).join()));
    states.add(encode(startOf(tiny)).join());
    const options = { stopAtFirst: false, maximumStates: 1_000_000 };
    expect(explore(createModel(tiny, everyRule), options).states).toBe(states.size);
  });
});

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
