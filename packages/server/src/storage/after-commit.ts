import type { Kysely } from "kysely";
import type { DatabaseTransaction, Queries } from "./database.ts";
import type { Tables } from "./tables.ts";

// What waits for the end of each transaction that is open. A transaction's object is its key, and takes it along.
const waiting = new WeakMap<Queries, (() => void)[]>();

/** Runs a function in one transaction, and what was left for after its commit. */
export async function runTransaction<Result>(
  queries: Kysely<Tables>,
  work: (tx: DatabaseTransaction) => Promise<Result>,
): Promise<Result> {
  const callbacks: (() => void)[] = [];
  const result = await queries.transaction().execute((tx) => {
    waiting.set(tx, callbacks);
    return work(tx);
  });
  for (const callback of callbacks) callback();
  return result;
}

/** Calls back once the caller's transaction has committed, and never when it does not; at once outside one. */
export function afterCommit(queries: Queries, callback: () => void): void {
  const callbacks = waiting.get(queries);
  if (callbacks) callbacks.push(callback);
  else callback();
}
