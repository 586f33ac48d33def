import type pg from "pg";
import { benchClient, handleHashInSql, idInSql } from "./lineage.ts";

const inOneStatement = 100_000;

/**
 * Writes people with a session and a live grant each into an instance's schema.
 *
 * @param from the first one's number; default: 0
 */
export async function seedGrants(pool: pg.Pool, schema: string, count: number, from = 0): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query(`set search_path = ${schema}`);
    for (let first = from; first < from + count; first += inOneStatement) {
      const last = Math.min(first + inOneStatement, from + count) - 1;
      for (const statement of seedStatements(first, last)) await client.query(statement);
    }
    // As it will have been in life, where nothing is written by the million: otherwise that is done under load.
    for (const table of ["users", "sessions", "grants"]) await client.query(`vacuum (analyze, freeze) ${table}`);
  } finally {
    client.release(true);
  }
}

function seedStatements(first: number, last: number): string[] {
  const numbers = `from generate_series(${first}::bigint, ${last}::bigint) as i`;
  const [user, session, grant] = ["user", "session", "grant"].map((kind) => idInSql(kind));
  // An account has ten people.
  const account = idInSql("account", "(i / 10)");
  return [
    `insert into users (id, name, email, created_at) select ${user}, 'Person ' || i, i || '@example.com', now() ${numbers}`,
    `insert into sessions (id, user_id, provider, cookie_hash, cookie_rotated_at, user_agent, address, created_at,
      authenticated_at, idle_expires_at, expires_at)
    select ${session}, ${user}, 'bench', sha256(convert_to('cookie ' || i, 'UTF8')), now(), 'Mozilla/5.0 (bench)',
      '192.0.2.1', now(), now(), now() + interval '14 days', now() + interval '90 days' ${numbers}`,
    `insert into grants (id, handle_hash, generation, client_id, session_id, user_id, account_id, role, scope, resource,
      authenticated_at, created_at, idle_expires_at, expires_at)
    select ${grant}, ${handleHashInSql}, 1, '${benchClient}', ${session}, ${user}, ${account}, 'member', 'api:read',
      array['https://api.example.com'], now(), now(), now() + interval '14 days', now() + interval '90 days' ${numbers}`,
  ];
}
