import type { FollowersTold, TellableEvent } from "../events/index.ts";
import type { Database } from "../storage/database.ts";
import type { Audience } from "./places.ts";

/** Whom a node told of events at once. */
export interface NewTelling {
  readonly at: Date;
  /** The events' numbers in the log. */
  readonly eventIds: readonly bigint[];
  readonly audience: Audience;
}

/** Writes tellings down, in one statement. Numbers that follow each other take the room of two. */
export async function insertTellings(database: Database, node: string, tellings: readonly NewTelling[]): Promise<void> {
  const rows = tellings.map(({ at, eventIds, audience }) => ({ at, event_ids: eventIds.map(String), ...audience }));
  await database.execute(
    `insert into feed_tellings (at, node, event_ids, services, anonymous)
     select at, $1, (select range_agg(int8range(id, id, '[]')) from unnest(event_ids) as id), services, anonymous
     from jsonb_to_recordset($2::jsonb)
       as told(at timestamptz, event_ids bigint[], services jsonb, anonymous integer)`,
    [node, JSON.stringify(rows)],
  );
}

interface TellingRow {
  readonly at: Date;
  readonly node: string;
  readonly services: Record<string, number>;
  readonly anonymous: number;
  readonly event_ids: string[];
}

const mostRead = 200;

// By the index of events alone, which `offset 0` makes sure of: how many rows tell of an event the planner cannot guess,
// and it would rather read them all. After a failover that lost lines, their numbers are given to others: what was told
// of before it happened was not that one. The allowance is for nodes whose clocks differ.
const readTellings = /* sql */ `
select t.at, t.node, t.services, t.anonymous, array_agg(e.id::text order by e.id) as event_ids
from unnest($1::bigint[], $2::timestamptz[]) as e(id, at)
cross join lateral (select * from feed_tellings where event_ids @> e.id offset 0) t
where t.at >= e.at - interval '5 seconds'
group by t.at, t.node, t.services, t.anonymous
order by t.at, t.node
limit ${mostRead}
`;

/** Who is known to have been told of these events, the first first. */
export async function findTellings(database: Database, events: readonly TellableEvent[]): Promise<FollowersTold[]> {
  const rows = await database.execute<TellingRow>(readTellings, [
    events.map(({ id }) => id),
    events.map(({ at }) => at),
  ]);
  return rows.map(({ event_ids, ...row }) => ({ channel: "feed", eventIds: event_ids, ...row }));
}

/** Removes tellings of before a moment, the oldest first; says how many. */
export async function removeTellings(database: Database, before: Date, limit: number): Promise<number> {
  const rows = await database.execute(
    `delete from feed_tellings where ctid = any(array(
       select ctid from feed_tellings where at < $1 order by at limit $2 for update skip locked))
     returning 1`,
    [before, limit],
  );
  return rows.length;
}

/** When the oldest telling was; null when none is of before the moment. */
export async function oldestTelling(database: Database, before: Date): Promise<Date | null> {
  const [row] = await database.execute<{ at: Date | null }>("select min(at) as at from feed_tellings where at < $1", [
    before,
  ]);
  return row?.at ?? null;
}
