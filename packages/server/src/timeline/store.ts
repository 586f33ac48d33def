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
  readonly id: string;
  readonly transaction: string;
  readonly at: Date;
  readonly type: EventType;
  readonly grant_id: string | null;
  readonly client_id: string | null;
  readonly request_id: string | null;
  readonly data: Record<string, unknown>;
}

interface LandmarkRow extends LineRow {
  /** How many lines before the newest were searched. */
  readonly searched: number;
}

const newestLines = 500;
const searchedLines = 10_000;
const landmarks = 50;

// In both statements the session is written as a range, so that nothing but the index of sessions gives the order: for
// a session with very many lines the planner would otherwise walk through the log of everybody.
const readNewest = /* sql */ `
select id, transaction_id::text as transaction, at, type, grant_id, client_id, request_id, data
from events
where session_id between $1 and $1
order by session_id desc, id desc
limit ${newestLines}
`;

const readLandmarks = /* sql */ `
with early as materialized (
  select id, type
  from events
  where session_id between $1 and $1
  order by session_id, id
  limit ${searchedLines}
),
landmark as (
  select id from early
  where id < $2 and type in ('session.started', 'session.reuse_detected', 'session.revoked')
  order by id desc
  limit ${landmarks}
)
select e.id, e.transaction_id::text as transaction, e.at, e.type, e.grant_id, e.client_id, e.request_id, e.data,
  (select count(*)::int from early where id < $2) as searched
from landmark join events e on e.session_id = $1 and e.id = landmark.id
order by e.id
`;

/**
 * Reads the newest lines of a session. Where there are more, a client may have asked again and again after the end, and
 * so pushed it out of sight: what began the session and what ended it is then looked for among its first lines. Both
 * are bounded, so that a timeline costs a fixed number of index entries at most.
 */
export async function readLines(database: Database, sessionId: string): Promise<SessionLines> {
  const newest = (await database.execute<LineRow>(readNewest, [sessionId], "read_newest_lines")).reverse();
  const [first] = newest;
  if (!first || newest.length < newestLines) return { lines: newest.map(toLine), isCut: false };
  // Without a name it is planned for this session each time: a plan for any session would read all lines to sort them.
  const found = await database.execute<LandmarkRow>(readLandmarks, [sessionId, first.id]);
  const searched = found[0]?.searched ?? 0;
  return { lines: [...found, ...newest].map(toLine), isCut: searched > found.length };
}

function toLine(row: LineRow): TimelineLine {
  return {
    id: row.id,
    transaction: row.transaction,
    at: row.at,
    type: row.type,
    grantId: row.grant_id,
    clientId: row.client_id,
    requestId: row.request_id,
    data: row.data,
  };
}
