import { setTimeout as delay } from "node:timers/promises";
import type { RaceDatabase } from "./database/database.ts";
import { failpoints } from "./node/protocol.ts";
import type { RaceNode } from "./node/race-node.ts";
import type { Random } from "./random.ts";

export interface KillerDeps {
  readonly nodes: readonly RaceNode[];
  readonly database: RaceDatabase;
  readonly random: Random;
  /** Kills a second, altogether. */
  readonly rate: number;
  /** Told of each kill of PostgreSQL; the nodes' deaths are told by the nodes. */
  readonly onKill: (what: string) => void;
}

export interface Killer {
  stop(): Promise<void>;
}

// A postmaster that dies again within ten seconds is started later each time (storage/embedded/keep-running.ts).
const postmasterRestsMs = 11_000;
const impatientMs = 20;
// How likely it is, every 20 ms, that somebody is killed all the same: about every five seconds.
const boldness = 0.004;
const graceMs = 1_500;

/** Kills processes with SIGKILL, now one, now another, until it is stopped. */
export function startKiller({ nodes, database, random, rate, onKill }: KillerDeps): Killer {
  const stopping = new AbortController();
  const { signal } = stopping;
  const pause = (milliseconds: number) => delay(milliseconds, undefined, { signal }).catch(() => {});
  let postmasterMayDieAt = performance.now() + postmasterRestsMs / 2;

  /** False when there was nobody to kill. */
  async function killOne(): Promise<boolean> {
    if (database.isOurs && performance.now() > postmasterMayDieAt) {
      postmasterMayDieAt = performance.now() + postmasterRestsMs;
      return told("PostgreSQL", await database.killPostmaster());
    }
    const up = nodes.filter(({ isUp }) => isUp);
    const node = up[random.below(up.length)];
    // Requests that nobody answers are no race: mostly more than half of the nodes are up.
    if (!node || (up.length * 2 <= nodes.length && !random.happens(boldness))) return false;
    const victim = random.weighted({ node: 2, failpoint: 3, backend: database.isOurs ? 3 : 0 });
    if (victim === "backend") return told("PostgreSQL process", await database.killBackend());
    return victim === "node" ? node.kill() : killAtFailpoint(node);
  }

  function told(what: string, isKilled: boolean): boolean {
    if (isKilled) onKill(what);
    return isKilled;
  }

  async function killAtFailpoint(node: RaceNode): Promise<boolean> {
    const at = failpoints[random.below(failpoints.length)] ?? "before the statement";
    await node.perform({ do: "die", at }).catch(() => {});
    // It dies at its next refresh, which under load is at once.
    for (const since = performance.now(); node.isUp; await pause(impatientMs)) {
      if (performance.now() - since > graceMs) return node.kill();
    }
    return true;
  }

  async function run(): Promise<void> {
    let due = performance.now();
    while (!signal.aborted) {
      due = Math.max(due + random.between(0.3, 1.7) * (1_000 / rate), performance.now());
      await pause(Math.max(due - performance.now(), 0));
      while (!signal.aborted && !(await killOne())) await pause(impatientMs);
    }
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
