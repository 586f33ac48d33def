/** Lets a node remove the backlog beside the load, and rest, in turns, until nothing is left of it. */
import { setTimeout as delay } from "node:timers/promises";
import type { Hygiene } from "../../packages/server/src/jobs/hygiene.ts";
import type { Database } from "../../packages/server/src/storage/database.ts";
import { takeLease } from "../../packages/server/src/storage/lease.ts";

/** From one moment to another, in milliseconds since the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Turns {
  readonly quiet: readonly Span[];
  readonly cleaning: readonly Span[];
  /** By rule. */
  readonly removed: Readonly<Record<string, number>>;
}

export interface TurnsOptions {
  readonly hygiene: Hygiene;
  readonly database: Database;
  readonly seconds: number;
}

export async function takeTurns({ hygiene, database, seconds }: TurnsOptions): Promise<Turns> {
  const quiet: Span[] = [];
  const cleaning: Span[] = [];
  const removed: Record<string, number> = {};
  for (let isDrained = false; !isDrained; ) {
    quiet.push(await timed(() => holdOff(database, seconds)));
    const abort = new AbortController();
    const limit = setTimeout(() => abort.abort(), seconds * 1000);
    cleaning.push(
      await timed(async () => {
        for (const [rule, count] of (await hygiene.run(abort.signal)) ?? [])
          removed[rule] = (removed[rule] ?? 0) + count;
      }),
    );
    clearTimeout(limit);
    isDrained = !abort.signal.aborted;
  }
  return { quiet, cleaning, removed };
}

/** Keeps the server under load from beginning to clean by itself. */
async function holdOff(database: Database, seconds: number): Promise<void> {
  const lease = await takeLease(database, "holdfast.hygiene");
  if (!lease) throw new Error("somebody else is cleaning");
  await delay(seconds * 1000);
  await lease.release();
}

async function timed(work: () => Promise<void>): Promise<Span> {
  const from = Date.now();
  await work();
  return { from, to: Date.now() };
}
