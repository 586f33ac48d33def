import type { RevokedReason } from "@holdfast/protocol";
import type { Database, DatabaseLane } from "../storage/database.ts";
import type { Ending } from "./revocation-book.ts";

/** One life of the database as a primary. */
export interface Epoch {
  /** PostgreSQL's timeline id: eight hexadecimal digits. */
  readonly timeline: string;
  /** When the first node noticed the promotion that began it; null where nothing was promoted. */
  readonly promotedAt: Date | null;
}

/** What ended since an earlier look, and on which timeline that stands. */
export interface Look {
  /** Null on a server that is still a replica. */
  readonly timeline: string | null;
  readonly endings: readonly Ending[];
  /** From here the next look reads on: every transaction before this one is over, and in this look. */
  readonly readOn: bigint;
}

// `pg_current_wal_lsn` fails on a replica. What began before the oldest open transaction has been seen; the rest is read
// once more next time, and that does no harm. The newest are what a lagging replica may have missed.
const lookStatement = /* sql */ `
select case when not pg_is_in_recovery() then substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) end as timeline,
  pg_snapshot_xmin(pg_current_snapshot())::text as read_on, e.type, e.session_id, e.grant_id, e.reason
from (select) one
left join lateral (
  select type, session_id, grant_id, data ->> 'reason' as reason
  from events
  where transaction_id >= $1::xid8 and at >= $2 and type in ('session.revoked', 'grant.revoked')
  order by transaction_id desc, id desc
  limit $3
) e on true
`;

interface LookRow {
  readonly timeline: string | null;
  readonly read_on: string;
  readonly type: "session.revoked" | "grant.revoked" | null;
  readonly session_id: string | null;
  readonly grant_id: string | null;
  readonly reason: RevokedReason | null;
}

export interface LookOptions {
  readonly from: bigint;
  readonly since: Date;
  readonly limit: number;
}

/** Reads the database's timeline and what ended, the oldest first. */
export async function look(
  database: Pick<DatabaseLane, "execute">,
  { from, since, limit }: LookOptions,
): Promise<Look> {
  const rows = await database.execute<LookRow>(lookStatement, [from.toString(), since, limit], "look_for_endings");
  const [first] = rows;
  return {
    timeline: first?.timeline ?? null,
    endings: rows.flatMap(toEndings).reverse(),
    readOn: BigInt(first?.read_on ?? 0),
  };
}

function toEndings({ type, session_id, grant_id, reason }: LookRow): Ending[] {
  const subject = type === "session.revoked" ? "session" : "grant";
  const id = subject === "session" ? session_id : grant_id;
  return id === null || reason === null ? [] : [{ subject, id, reason }];
}

/** Writes an epoch down, unless another node has, and answers as it is written. The first ever follows no promotion. */
export async function recordEpoch(database: Database, timeline: string, now: Date): Promise<Epoch> {
  await database.execute(
    /* sql */ `
    insert into database_epochs (timeline, promoted_at)
    select $1, case when exists (select from database_epochs) then $2::timestamptz end
    on conflict do nothing`,
    [timeline, now],
  );
  const row = await database.queries
    .selectFrom("database_epochs")
    .select("promoted_at")
    .where("timeline", "=", timeline)
    .executeTakeFirst();
  return { timeline, promotedAt: row?.promoted_at ?? null };
}
