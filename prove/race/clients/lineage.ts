import { setTimeout as delay } from "node:timers/promises";
import type { HistoryWriter } from "../history/writer.ts";
import type { Started } from "../node/protocol.ts";
import type { ClientKind, Ending } from "./client-kinds.ts";
import { type Contest, digestOf } from "./presenter.ts";
import type { Revoker } from "./revoker.ts";
import { createStorage, type Storage } from "./storage.ts";
import { type KeyHabit, refreshInTab, type TabDeps } from "./tab.ts";
import { copyFrom, type Loot, liveOnLoot, presentLoot } from "./thief.ts";

export interface LineageDeps extends TabDeps {
  readonly history: HistoryWriter;
  readonly now: () => number;
  readonly revoker: Revoker;
  readonly isStopping: () => boolean;
}

export interface LineageRequest {
  /** Its number in the history. */
  readonly grant: number;
  readonly kind: ClientKind;
  readonly started: Started;
}

// After the clocks' and the network's part of it, late is late.
const certainlyLateMs = 600;
const lastTabAfterMs = 8;

/** The life of one grant: round after round in which several tabs refresh at once, until its end, and a little beyond. */
export async function liveLineage(deps: LineageDeps, { grant, kind, started }: LineageRequest): Promise<void> {
  const { history, now, random, isStopping } = deps;
  const contest: Contest = { grant, clientId: kind.id, overlap: kind.overlap };
  const first = { text: started.refreshToken, generation: 1 };
  const overlap = kind.overlap * 1_000;
  const start = { kind: "grant", grant, at: now(), id: started.grant, client: kind.id, overlap } as const;
  history.write({ ...start, token: digestOf(first.text) });
  const storage = createStorage(first);
  const ending = random.weighted(kind.endings);
  const race = { contest, storage, kind };

  let loot: Loot | null = null;
  const rounds = random.between(10, 40);
  for (let round = 0; round < rounds && !storage.ended && !isStopping(); round++) {
    if (round === Math.floor(rounds / 2)) loot = copyFrom(storage);
    const before = storage.token.generation;
    await runRound(deps, race);
    const sleeps = storage.token.generation > before ? kind.sleeps.answered : kind.sleeps.unanswered;
    if (random.happens(sleeps)) await delay(overlap + random.between(0, certainlyLateMs));
  }
  await endLineage(deps, { ...race, ending, started, loot });
  // A last round, which an ended session must refuse.
  await runRound(deps, race);
}

interface Race {
  readonly contest: Contest;
  readonly storage: Storage;
  readonly kind: ClientKind;
}

/** Several tabs refresh at once, or nearly. */
async function runRound(deps: LineageDeps, { contest, storage, kind }: Race): Promise<void> {
  const { random } = deps;
  const tabs = random.weighted({ "1": 1, "2": 4, "3": 3, "5": 1 });
  // The same for the tabs of a round: with a key that is not theirs all are to ask again at once.
  const keyHabit = random.weighted(kind.keyHabits as Record<KeyHabit, number>);
  const { givesUp, slowestMs } = kind;
  await Promise.all(
    Array.from({ length: Number(tabs) }, async () => {
      await delay(random.between(0, lastTabAfterMs));
      await refreshInTab(deps, { contest, storage, keyHabit, givesUp, slowestMs });
    }),
  );
}

interface End extends Race {
  readonly ending: Ending;
  readonly started: Started;
  readonly loot: Loot | null;
}

async function endLineage(deps: LineageDeps, { ending, started, loot, ...race }: End): Promise<void> {
  const { contest, storage, kind } = race;
  switch (ending) {
    case "left":
      return;
    case "revoked":
    case "signed out":
      // While the tabs go on refreshing.
      await Promise.all([deps.revoker.end(contest.grant, started, ending), runRound(deps, race), runRound(deps, race)]);
      return;
    case "stolen early":
      await Promise.all([liveOnLoot(deps, contest, copyFrom(storage)), runRound(deps, race)]);
      return;
    case "stolen":
      // Not before its successor was used for certain, and that an overlap ago.
      if (!loot || storage.token.generation < loot.token.generation + 2) return;
      await delay(kind.overlap * 1_000 + certainlyLateMs);
      await Promise.all([presentLoot(deps, contest, loot), runRound(deps, race)]);
  }
}
