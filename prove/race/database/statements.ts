/** A grant's row and its events, in one snapshot. $1: the session, $2: the grant. */
export const evidenceStatement = /* sql */ `
select
  (select json_build_object('generation', generation, 'revokedReason', revoked_reason) from grants where id = $2) as row,
  (select coalesce(json_agg(json_build_object(
      'type', type,
      'at', (extract(epoch from at) * 1000)::float8,
      -- The clients' User-Agent is "race/<number of the request>".
      'request', nullif(split_part(data->>'user_agent', '/', 2), '')::int,
      'verdict', data->>'verdict',
      'presented', (data->>'presented')::int,
      'generation', (data->>'generation')::int,
      'reason', data->>'reason') order by id), '[]')
    from events
    where session_id = $1 and grant_id = $2 and type <> 'grant.started') as events
`;

/**
 * The grants, of all there are, whose row and events disagree: what was judged grant by grant, once more when everything
 * is over, and for the sign-ins of which nobody heard as well.
 */
export const disagreementsStatement = /* sql */ `
select g.id, g.generation, g.revoked_reason as "revokedReason", coalesce(e.rotations, 0)::int as rotations,
  coalesce(e.ends, 0)::int as ends
from grants g
left join (
  select grant_id, count(*) filter (where type = 'grant.revoked') as ends,
    count(distinct data->>'presented') filter (where type = 'session.refreshed') as replaced,
    count(*) filter (where type = 'session.refreshed') as rotations
  from events
  group by grant_id
) e on e.grant_id = g.id
where g.generation <> coalesce(e.rotations, 0) + 1
  or coalesce(e.rotations, 0) <> coalesce(e.replaced, 0)
  or coalesce(e.ends, 0) <> (g.revoked_at is not null)::int
`;

/** Any process of PostgreSQL whose end by force makes all of it start again, one at work before one that rests. */
export const victimStatement = /* sql */ `
select pid from pg_stat_activity
where pid <> pg_backend_pid()
  and (application_name = 'holdfast' or backend_type in ('walwriter', 'checkpointer', 'background writer'))
order by coalesce(state = 'active', false) desc, random()
limit 1
`;
