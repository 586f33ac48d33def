import { setTimeout as delay } from "node:timers/promises";
import type { RaceDatabase } from "../database/database.ts";
import type { Started } from "../node/protocol.ts";
import { clientKinds } from "./client-kinds.ts";
import { type LineageDeps, liveLineage } from "./lineage.ts";

export interface PopulationDeps extends LineageDeps {
  readonly database: RaceDatabase;
}

/** Every client there is. */
export interface Population {
  /** Resolves when, after `isStopping` says so, the last of them has ended and the database was asked about it. */
  readonly ended: Promise<void>;
}

// A request whose sender has given up may be judged for a little while yet.
const settleMs = 3_000;
const pauseMs = 50;

/** Clients that begin one session after another. */
export function startPopulation(deps: PopulationDeps, clients: number): Population {
  const { database, history, now, random, chooseNode, isStopping } = deps;
  const settling = new Set<Promise<void>>();
  const failed = Promise.withResolvers<never>();
  let grants = 0;

  async function live(client: number): Promise<void> {
    const kind = clientKinds[client % clientKinds.length];
    if (!kind) throw new Error("there is no kind of client");
    while (!isStopping()) {
      const started = await startSession(kind.id, `person ${client}`);
      if (!started) continue;
      const grant = ++grants;
      await liveLineage(deps, { grant, kind, started });
      const settled = close(grant, started).then(() => void settling.delete(settled), failed.reject);
      settling.add(settled);
    }
  }

  async function startSession(client: string, person: string): Promise<Started | null> {
    try {
      return await chooseNode().perform<Started>({ do: "start", client, person });
    } catch {
      // Whether it began or not: nobody holds its token.
      await delay(pauseMs * random.between(0.5, 1.5));
      return null;
    }
  }

  async function close(grant: number, { session, grant: id }: Started): Promise<void> {
    await delay(settleMs);
    const evidence = await database.evidenceOf(session, id);
    history.write({ kind: "evidence", grant, at: now(), ...evidence });
  }

  async function run(): Promise<void> {
    await Promise.all(Array.from({ length: clients }, (_, client) => live(client)));
    await Promise.all(settling);
  }

  return { ended: Promise.race([run(), failed.promise]) };
}
