import type { EventType, FeedMessage } from "@holdfast/protocol";
import { sha256 } from "../crypto/digest.ts";
import type { Database } from "../storage/database.ts";
import type { Cursor } from "./cursor.ts";

/** A line that followers hear of, at its place in the log. */
export interface FeedEntry {
  readonly cursor: Cursor;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly message: Extract<FeedMessage, { event: "revoked" | "keys_changed" }>;
}

export interface FeedPage {
  readonly entries: readonly FeedEntry[];
  /** Every transaction before this one has ended: nothing will appear behind it any more. */
  readonly safeTransaction: bigint;
}

interface FeedRow {
  readonly id: string;
  readonly transaction_id: string;
  readonly at: Date;
  readonly type: EventType;
  readonly session_id: string | null;
  readonly grant_id: string | null;
  readonly safe_transaction: string;
}

const pageSize = 1_000;

// The outer join answers with the safe transaction also when there is no line to read. Both are of one snapshot.
const readAfter = /* sql */ `
select e.id, e.transaction_id::text, e.at, e.type, e.session_id, e.grant_id, s.safe::text as safe_transaction
from (select pg_snapshot_xmin(pg_current_snapshot()) as safe) s
left join lateral (
  select * from events
  where (transaction_id, id) > ($1::xid8, $2::bigint) and at >= $3
    and type in ('session.revoked', 'grant.revoked', 'key.created', 'key.retired')
  order by transaction_id, id
  limit ${pageSize}
) e on true
order by e.transaction_id, e.id
`;

/** Reads the lines after a place that are not older than a moment. */
export async function readFeed(database: Database, after: Cursor, since: Date): Promise<FeedPage> {
  const rows = await database.execute<FeedRow>(
    readAfter,
    [after.transaction.toString(), after.id.toString(), since],
    "read_feed",
  );
  const safe = BigInt(rows[0]?.safe_transaction ?? 0);
  return { entries: rows.filter((row) => row.id !== null).map(toEntry), safeTransaction: safe };
}

export function isFullPage(page: FeedPage): boolean {
  return page.entries.length === pageSize;
}

function toEntry(row: FeedRow): FeedEntry {
  const cursor = { transaction: BigInt(row.transaction_id), id: BigInt(row.id) };
  const at = row.at.getTime();
  const subject = row.type === "session.revoked" ? "session" : "grant";
  const revokedId = subject === "session" ? row.session_id : row.grant_id;
  if (row.type.startsWith("key.") || revokedId === null) {
    return { cursor, at, message: { event: "keys_changed", data: {} } };
  }
  const digest = sha256(revokedId).toString("base64url");
  return { cursor, at, message: { event: "revoked", data: { subject, digest, at_ms: at } } };
}
