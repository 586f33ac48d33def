import type { EventType } from "@holdfast/protocol";
import type { Database } from "../storage/database.ts";
import type { TimelineLine } from "./line.ts";

/** The lines of a session that a timeline tells. */
export interface SessionLines {
  /** In the order they were written. */
  readonly lines: readonly TimelineLine[];
  /** Whether there are more, between the landmarks at the beginning and the newest. */
  readonly isCut: boolean;
}

interface LineRow {
  readonly at: Date;
  readonly type: EventType;
  readonly grant_id: string | null;
  readonly client_id: string | null;
  readonly request_id: string | null;
  readonly data: Record<string, unknown>;
  readonly is_cut: boolean;
}

const newestLines = 500;
// A client that asks again and again after the end would push the end out of sight: what began and what ended a session
// is looked for among its first lines as well. Bounded like the rest: a timeline costs a fixed number of index entries.
const searchedLines = 10_000;
const landmarks = 50;

const readSessionLines = /* sql */ `
with newest as materialized (
  select id, at, type, grant_id, client_id, request_id, data
  from events where session_id = $1
  order by id desc limit ${newestLines}
),
early as (
  select id, at, type, grant_id, client_id, request_id, data
  from events where session_id = $1 and id < (select min(id) from newest)
  order by id limit ${searchedLines}
),
landmark as (
  select * from early
  where type in ('session.started', 'session.reuse_detected', 'session.revoked')
  order by id desc limit ${landmarks}
),
told as (select * from landmark union all select * from newest)
select at, type, grant_id, client_id, request_id, data,
  exists (
    select from events
    where session_id = $1 and id < (select min(id) from newest) and id not in (select id from landmark)
  ) as is_cut
from told
order by id
`;

/** Reads the newest lines of a session, and before them its landmarks. */
export async function readLines(database: Database, sessionId: string): Promise<SessionLines> {
  const rows = await database.execute<LineRow>(readSessionLines, [sessionId], "read_session_lines");
  return { lines: rows.map(toLine), isCut: rows[0]?.is_cut ?? false };
}

function toLine(row: LineRow): TimelineLine {
  return {
    at: row.at,
    type: row.type,
    grantId: row.grant_id,
    clientId: row.client_id,
    requestId: row.request_id,
    data: row.data,
  };
}
