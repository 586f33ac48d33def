import type { Clock } from "../clock/clock.ts";
import { type PeriodicWork, runPeriodically } from "../jobs/periodic.ts";
import type { Database } from "../storage/database.ts";

const noteEveryMs = 60_000;
// A node notes once a minute what it issues, and clocks differ.
const allowanceSeconds = 300;

export interface TokenLifetimesDeps {
  readonly database: Database;
  readonly clock: Clock;
  /** Seconds: the longest that an access token lives which this node issues. */
  readonly longest: number;
  readonly onError: (error: unknown) => void;
}

/** How long tokens live that may be alive. */
export interface TokenLifetimes {
  /**
   * Seconds: the longest of any access token that may still be alive. Not this node's setting alone: what was issued before
   * a setting was made shorter, or by nodes that still run with the former one, has to be refused when it is revoked, and
   * its key found, for as long as it lives.
   */
  readonly longestAlive: number;
  close(): Promise<void>;
}

/** Notes how long this node's access tokens live, for nodes that start with other settings; finds out the same of others. */
export async function rememberTokenLifetimes(deps: TokenLifetimesDeps): Promise<TokenLifetimes> {
  const { database, clock, longest, onError } = deps;
  await noteLifetime(database, longest, new Date(clock.now()));
  const longestAlive = await findLongestAlive(database, new Date(clock.now()));
  const noting: PeriodicWork = runPeriodically({
    everyMs: noteEveryMs,
    work: () => noteLifetime(database, longest, new Date(clock.now())),
    onError,
  });
  return { longestAlive: Math.max(longest, longestAlive), close: () => noting.stop() };
}

/** One row for each length that there ever was: a few in a lifetime. */
async function noteLifetime(database: Database, seconds: number, now: Date): Promise<void> {
  await database.execute(
    `insert into access_token_lifetimes as known (seconds, used_at) values ($1, $2)
     on conflict (seconds) do update set used_at = greatest(known.used_at, excluded.used_at)`,
    [seconds, now],
  );
}

async function findLongestAlive(database: Database, now: Date): Promise<number> {
  const [row] = await database.execute<{ seconds: number | null }>(
    `select max(seconds) as seconds from access_token_lifetimes
     where used_at + make_interval(secs => seconds + $2) > $1`,
    [now, allowanceSeconds],
  );
  return row?.seconds ?? 0;
}
