/** What should have left long ago: a store as it is after half a year during which nothing was removed. */
import type pg from "pg";
import { benchClient, idInSql } from "../support/lineage.ts";

// Far behind the numbers of the living.
const firstNumber = 50_000_000;
const inOneStatement = 50_000;

/**
 * Writes sessions that ended 200 days ago, each with a grant and an event; and as many events again of 130 days ago, in
 * a week of their own, which leaves as a whole.
 */
export async function seedBacklog(pool: pg.Pool, schema: string, count: number): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query(`set search_path = ${schema}`);
    await client.query(olderWeeks);
    for (let first = 0; first < count; first += inOneStatement) {
      for (const statement of statements(first, Math.min(first + inOneStatement, count) - 1)) {
        await client.query(statement);
      }
    }
    for (const table of ["sessions", "grants", "events"]) await client.query(`vacuum (analyze) ${table}`);
  } finally {
    client.release(true);
  }
}

// A fresh log has one part for all of the past. Here it begins 100 days ago, and before it lies one week of long ago.
const olderWeeks = `
do $$
declare
  monday timestamptz := date_trunc('week', now(), 'UTC');
begin
  alter table events detach partition events_before;
  execute format('alter table events attach partition events_before for values from (%L) to (%L)',
    monday - interval '100 days', monday + interval '14 days');
  execute format('create table events_20000103 partition of events for values from (%L) to (%L)',
    now() - interval '131 days', now() - interval '129 days');
end $$`;

function statements(first: number, last: number): string[] {
  const numbers = `from generate_series(${firstNumber + first}::bigint, ${firstNumber + last}::bigint) as i`;
  const [session, grant] = ["session", "grant"].map((kind) => idInSql(kind));
  const user = idInSql("user", `(i % 1000)`);
  const ended = "now() - interval '200 days' + (i % 100000) * interval '1 ms'";
  const event = (
    at: string,
  ) => `insert into events (at, type, session_id, grant_id, user_id, client_id, request_id, data)
    select ${at}, 'session.refreshed', ${session}, ${grant}, ${user}, '${benchClient}', 'bench',
      '{"verdict": "rotated", "address": "192.0.2.1", "user_agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"}'
      ${numbers}`;
  return [
    `insert into sessions (id, user_id, provider, cookie_hash, cookie_rotated_at, user_agent, address, created_at,
      authenticated_at, idle_expires_at, expires_at)
    select ${session}, ${user}, 'bench', '\\x00', ${ended}, 'Mozilla/5.0 (bench)', '192.0.2.1', ${ended}, ${ended},
      ${ended}, ${ended} ${numbers}`,
    `insert into grants (id, handle_hash, generation, client_id, session_id, user_id, account_id, role, scope, resource,
      authenticated_at, created_at, idle_expires_at, expires_at)
    select ${grant}, '\\x00', 1, '${benchClient}', ${session}, ${user}, ${user}, 'member', 'api:read',
      array['https://api.example.com'], ${ended}, ${ended}, ${ended}, ${ended} ${numbers}`,
    event(ended),
    event("now() - interval '130 days' + (i % 100000) * interval '1 ms'"),
  ];
}
