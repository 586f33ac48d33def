import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import type { EmbeddedConnection } from "./connection.ts";
import { errorCode } from "./errors.ts";

const pollMs = 10;
/** No socket yet; "the database system is starting up" (cannot_connect_now), which covers recovery too. */
const notYet = new Set(["ENOENT", "ECONNREFUSED", "ECONNRESET", "57P03"]);

interface Wait {
  readonly connection: EmbeddedConnection;
  /** Whether there is nothing to wait for any more. */
  readonly hasEnded: () => boolean;
  readonly signal: AbortSignal;
  readonly patienceMs: number;
}

/**
 * Waits until the server accepts connections.
 *
 * @throws Error when it ended, refuses us or took too long; the signal's reason when aborted
 */
export async function waitUntilReady({ connection, hasEnded, signal, patienceMs }: Wait): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await accepts(connection))) {
    signal.throwIfAborted();
    if (hasEnded()) throw new Error("PostgreSQL ended before it was ready.");
    if (performance.now() > deadline) throw new Error(`PostgreSQL was not ready after ${patienceMs / 1_000} s.`);
    await delay(pollMs);
  }
}

async function accepts(connection: EmbeddedConnection): Promise<boolean> {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: 5_000 });
  // A connection that breaks after it was made is told here, not through the promise.
  client.on("error", () => {});
  try {
    await client.connect();
    await client.end();
    return true;
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined || notYet.has(code)) return false;
    throw error;
  }
}
