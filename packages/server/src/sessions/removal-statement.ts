/**
 * Removes sessions whose end by one of its columns lies before $1, the oldest first and $2 at most, with their grants and
 * codes. What traffic has locked, be it only one grant of a session, is left for the next time: a removal never waits.
 *
 * @param endedBy both stand in an index of their own, and using a session changes neither
 */
export function removalStatement(endedBy: "expires_at" | "revoked_at"): string {
  return /* sql */ `
with due as materialized (
  select id from sessions where ${endedBy} < $1 order by ${endedBy} limit $2 for update skip locked
),
free as materialized (
  select g.id from grants g join due on due.id = g.session_id for update of g skip locked
),
busy as (
  select g.session_id from grants g join due on due.id = g.session_id left join free on free.id = g.id
  where free.id is null
),
removed as (
  delete from sessions s using due
  where s.id = due.id and s.id not in (select session_id from busy)
  returning s.id
)
select count(*)::int as count from removed
`;
}
