import type { WorldOptions } from "../world-options.ts";
import type { Command } from "./command.ts";

/** Random histories that once broke the client, cut down to what matters. */
export const knownHistories: readonly {
  readonly name: string;
  readonly world: WorldOptions;
  readonly steps: Command[];
}[] = [
  {
    name: "a tab that goes on storing a session whose cookie is gone keeps no other asking for it",
    world: { browser: { locks: false }, seed: 0 },
    steps: [
      { do: "reopen", tab: 0 },
      { do: "open" },
      { do: "spoil", fault: "truncate", times: 1 },
      { do: "revoke" },
      { do: "cache", tab: 0 },
      { do: "cut off", tab: 0 },
    ],
  },
  {
    name: "a tab that another told of the end does not end a second time by its own answer",
    world: { browser: { locks: false }, seed: 0 },
    steps: [
      { do: "revoke" },
      { do: "step the clock", by: 420_000 },
      { do: "open" },
      { do: "run", for: 10 },
      { do: "show", tab: 0 },
    ],
  },
  {
    name: "a page that comes back from a sign-in without network shows the new session in the end",
    world: { seed: 0 },
    steps: [
      { do: "spoil", fault: "unreachable", times: 2 },
      { do: "sign in", tab: 0, person: "ada" },
      { do: "revoke" },
      { do: "spoil", fault: "unreachable", times: 1 },
    ],
  },
  {
    name: "a cookie of a session that ended here, left in the browser, is not asked with over and over",
    world: { seed: 0 },
    steps: [
      { do: "spoil", fault: "tooMany", times: 1 },
      { do: "sign in", tab: 0, person: "ada" },
      { do: "sign out", tab: 0 },
      { do: "open" },
      { do: "get a token", tab: 0 },
    ],
  },
];
