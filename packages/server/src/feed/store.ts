import type { DatabaseLane } from "../storage/database.ts";
import type { Cursor } from "./cursor.ts";
import { type FeedEntry, type Line, newsOf, toldTypes } from "./entry.ts";

export interface FeedPage {
  readonly entries: readonly FeedEntry[];
  /** The place of the last line of the page; null when there was none. */
  readonly last: Cursor | null;
  readonly isFull: boolean;
  /** Every transaction before this one has ended: nothing will appear behind it any more. */
  readonly safeTransaction: bigint;
}

interface FeedRow extends Line {
  readonly id: string;
  readonly transaction_id: string;
  readonly safe_transaction: string;
}

const pageSize = 1_000;

// The types stand in the text, or PostgreSQL could not see that the partial index answers. The outer join answers with
// the safe transaction also when there is no line to read. Both are of one snapshot.
const readAfter = /* sql */ `
select e.id, e.transaction_id::text, e.at, e.type, e.session_id, e.grant_id, e.user_id, e.account_id,
  e.data->>'reason' as reason, s.safe::text as safe_transaction
from (select pg_snapshot_xmin(pg_current_snapshot()) as safe) s
left join lateral (
  select * from events
  where (transaction_id, id) > ($1::xid8, $2::bigint) and at >= $3
    and type in (${toldTypes.map((type) => `'${type}'`).join(", ")})
  order by transaction_id, id
  limit ${pageSize}
) e on true
order by e.transaction_id, e.id
`;

/** Reads the lines after a place that are not older than a moment. */
export async function readFeed(database: Pick<DatabaseLane, "execute">, after: Cursor, since: Date): Promise<FeedPage> {
  const answered = await database.execute<FeedRow>(
    readAfter,
    [after.transaction.toString(), after.id.toString(), since],
    "read_feed",
  );
  const rows = answered.filter((row) => row.id !== null);
  const last = rows.at(-1);
  return {
    entries: rows.flatMap(toEntries),
    last: last ? placeOf(last) : null,
    isFull: rows.length === pageSize,
    safeTransaction: BigInt(answered[0]?.safe_transaction ?? 0),
  };
}

function toEntries(row: FeedRow): FeedEntry[] {
  const message = newsOf(row);
  if (!message) return [];
  const reason = message.event === "revoked" && row.reason !== null ? { reason: row.reason } : {};
  return [{ cursor: placeOf(row), at: row.at.getTime(), message, ...reason }];
}

function placeOf(row: FeedRow): Cursor {
  return { transaction: BigInt(row.transaction_id), id: BigInt(row.id) };
}
