import { setTimeout as delay } from "node:timers/promises";
import type { RaceNode } from "../node/race-node.ts";
import type { Random } from "../random.ts";
import type { Contest, Presenter } from "./presenter.ts";
import { newKey, type Storage } from "./storage.ts";
import type { Mishap } from "./wire.ts";

/** With which `Idempotency-Key` a tab sends: the one that all tabs share, one of its own, or none. */
export type KeyHabit = "shared" | "own" | "none";

export interface TabDeps {
  readonly presenter: Presenter;
  readonly random: Random;
  /** A node, as a load balancer would choose it. */
  readonly chooseNode: () => RaceNode;
}

export interface TabRequest {
  readonly contest: Contest;
  readonly storage: Storage;
  readonly keyHabit: KeyHabit;
  /** How likely it is, each time, that nobody sees the answer and the tab is closed before it asks again. */
  readonly givesUp: number;
  /** Milliseconds that a slow body takes at most. */
  readonly slowestMs: number;
}

const backoffMs = { least: 10, most: 120 };

/**
 * One tab refreshes: it reads the storage and sends in one turn, tries again until somebody's answer is in the storage,
 * and ends the session only on a refusal of what is still stored.
 */
export async function refreshInTab(deps: TabDeps, request: TabRequest): Promise<void> {
  const { presenter, random, chooseNode } = deps;
  const { contest, storage, keyHabit, givesUp, slowestMs } = request;
  const ownKey = keyHabit === "own" ? newKey() : null;
  const from = storage.token.generation;
  while (storage.token.generation === from && storage.ended === null) {
    const { token } = storage;
    const key = keyHabit === "shared" ? storage.pendingKey() : ownKey;
    const mishap = chooseMishap(random, slowestMs);
    const outcome = await presenter.present({ contest, who: "honest", node: chooseNode(), token, key, mishap });
    if (outcome.kind === "answer") return storage.commit(outcome.token);
    if (outcome.kind === "refusal") {
      // A newer token may have been stored meanwhile: then the refusal was not about it, and the next round asks.
      if (storage.token.generation === token.generation) storage.end(outcome.reason);
      return;
    }
    if (random.happens(givesUp)) return;
    await delay(random.between(backoffMs.least, backoffMs.most));
  }
}

function chooseMishap(random: Random, slowestMs: number): Mishap {
  switch (random.weighted({ none: 76, cut: 12, half: 4, slow: 8 })) {
    case "none":
      return { kind: "none" };
    case "cut":
      return { kind: "cut", afterMs: random.between(0, 12) };
    case "half":
      return { kind: "half" };
    case "slow":
      return { kind: "slow", byMs: random.between(1, slowestMs) };
  }
}
