import type { Database } from "./database.ts";

// PostgreSQL ends the connection of a node that has frozen, and the lease with it. Longer than any pause of one that works.
const usualIdleLimitMs = 30_000;

/** The right to do something that one node does at a time. */
export interface Lease {
  /**
   * Assures that it is still ours. To be asked more often than twice a minute, or it ends by itself.
   *
   * @throws when it is lost
   */
  renew(): Promise<void>;
  release(): Promise<void>;
}

/**
 * Takes the lease of a name within this instance's schema; null while another node has it. It is an advisory lock, held
 * by a connection of its own: it ends with that connection, so that a node that dies leaves nothing behind, and
 * PostgreSQL ends a connection from which nothing is heard, so that one that freezes does not hold it for ever.
 */
export async function takeLease(
  database: Database,
  name: string,
  { idleLimitMs = usualIdleLimitMs }: { readonly idleLimitMs?: number } = {},
): Promise<Lease | null> {
  const client = await database.connect();
  const release = () => client.end();
  try {
    await client.query(`set idle_session_timeout = ${idleLimitMs}`);
    const { rows } = await client.query<{ taken: boolean }>(
      "select pg_try_advisory_lock(hashtext($1), hashtext($2)) as taken",
      [name, database.schema],
    );
    if (rows[0]?.taken) return { renew: async () => void (await client.query("select")), release };
  } catch (error) {
    await release();
    throw error;
  }
  await release();
  return null;
}
