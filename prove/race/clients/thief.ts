import { setTimeout as delay } from "node:timers/promises";
import type { Contest, HeldToken, Presented } from "./presenter.ts";
import { newKey, type Storage } from "./storage.ts";
import type { TabDeps } from "./tab.ts";

/** A token and the key that was pending with it, copied from a client's storage. */
export interface Loot {
  readonly token: HeldToken;
  readonly key: string;
}

export function copyFrom(storage: Storage): Loot {
  return { token: storage.token, key: storage.pendingKey() };
}

const attempts = 5;
const pauseMs = 100;

/** Presents what was copied until somebody answers: under the copied key, a key of the thief's own, or none. */
export async function presentLoot(deps: TabDeps, contest: Contest, loot: Loot): Promise<Presented> {
  const { presenter, random, chooseNode } = deps;
  const habit = random.weighted({ copied: 1, own: 1, none: 1 });
  const key = habit === "copied" ? loot.key : habit === "own" ? newKey() : null;
  const common = { contest, who: "thief", token: loot.token, key, mishap: { kind: "none" } } as const;
  for (let attempt = 1; ; attempt++) {
    const outcome = await presenter.present({ ...common, node: chooseNode() });
    if (outcome.kind !== "trouble" || attempt === attempts) return outcome;
    await delay(pauseMs);
  }
}

/** Presents what was copied at once, and goes on with what it is given as long as it is given something. */
export async function liveOnLoot(deps: TabDeps, contest: Contest, loot: Loot): Promise<void> {
  let current = loot;
  for (let turn = deps.random.below(3); turn >= 0; turn--) {
    const outcome = await presentLoot(deps, contest, current);
    if (outcome.kind !== "answer") return;
    current = { token: outcome.token, key: newKey() };
  }
}
