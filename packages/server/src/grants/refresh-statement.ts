/**
 * The one statement that decides about presented refresh tokens and writes what follows from it: lock, judge, write,
 * event. It takes arrays, an element a request; rows are locked in the order of their ids, so that two statements never
 * wait for each other in a circle. A grant stands in it at most once.
 *
 * Parameters: $1 now, $2 ids, $3 handle hashes, $4 generations, $5 attempt hashes, $6 client ids, $7 whether the client
 * proved who it is, $8 whether the grant rotates, $9 overlap in seconds, $10 idle limit in seconds,
 * $11 request ids, $12 addresses, $13 user agents; $14 the database's timeline as this node knows it, and $15 when the
 * promotion to it was noticed, null where there was none; $16 thumbprints of the keys whose possession was proved, and
 * $17 what the client did not prove, null where all was proved that was asked for.
 *
 * On another timeline than $14 nothing is judged. The answer tells the one it ran on in each row, and has one row at
 * least: without a grant, where nothing was judged.
 *
 * The rules are those of decisions/0003-refresh-protocol.md, in its order.
 */
export const refreshStatement = /* sql */ `
with epoch as materialized (
  -- The name of a WAL file begins with the timeline: eight digits, and every promotion brings others.
  select substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) as timeline
),
presented as (
  select *
  from unnest($2::uuid[], $3::bytea[], $4::int[], $5::bytea[], $6::text[], $7::bool[], $8::bool[], $9::int[], $10::int[],
    $11::text[], $12::text[], $13::text[], $16::text[], $17::text[])
    as p(id, handle_hash, generation, attempt_hash, client_id, is_proved, rotates, overlap, idle,
      request_id, address, user_agent, jkt, unproved)
  where (select timeline from epoch) = $14
),
held as materialized (
  select g.id, g.handle_hash, g.generation, g.recent_rotations, g.attempt_hash, g.client_id, g.session_id, g.user_id,
    g.account_id, g.role, g.scope, g.resource, g.authenticated_at, g.idle_expires_at, g.expires_at, g.revoked_at,
    g.revoked_reason, g.binding,
    -- A statement that was held up comes with a moment that lies before the last use: no time of a grant moves back.
    greatest($1::timestamptz, g.used_at, g.created_at) as used_at,
    p.handle_hash as presented_handle_hash, p.generation as presented, p.attempt_hash as presented_attempt,
    p.client_id as presented_client, p.is_proved, p.rotates, p.overlap, p.idle, p.request_id, p.address, p.user_agent,
    p.jkt, p.unproved
  from presented p join grants g on g.id = p.id
  order by g.id
  for update of g
),
aged as (
  select *,
    -- When the presented generation was replaced, and its successor: null when that is longer ago than is remembered.
    case when presented < generation then recent_rotations[generation - presented] end as replaced_at,
    case when presented < generation - 1 then recent_rotations[generation - presented - 1] end as successor_replaced_at,
    -- Of a grant that was in use when a promotion lost the tail of the log nobody knows how long it went unused before:
    -- one that the limit had not ended by then, or whose own token proves the loss.
    case when idle_expires_at > $15::timestamptz or presented > generation
      then greatest(idle_expires_at, $15 + make_interval(secs => idle))
      else idle_expires_at
    end as idle_until
  from held
),
judged as (
  select *,
    case
      when handle_hash <> presented_handle_hash then 'unknown'
      when revoked_at is not null then 'revoked'
      when idle_until <= $1 or expires_at <= $1 then 'expired'
      when client_id <> presented_client or not is_proved or binding <> coalesce(jkt, '') then 'unbound'
      when not rotates or binding is not null then 'renewed'
      when presented = generation then 'rotated'
      when presented = generation - 1 and presented_attempt = attempt_hash then 'replayed'
      -- From when the successor was used, if it was: perhaps it was received only then, days after it was made.
      when presented < generation
        and coalesce(successor_replaced_at, replaced_at) > $1 - make_interval(secs => overlap) then 'overlapped'
      when presented > generation then 'recovered'
      else 'reused'
    end as verdict
  from aged
),
rotated as (
  update grants g set
    generation = j.presented + 1,
    used_at = j.used_at,
    -- One entry; after a recovery one for each generation that the database had lost as well: to it, they are replaced
    -- now, and a tab that still holds one of them has its overlap like any other.
    recent_rotations =
      (array_fill(j.used_at, array[least(j.presented - j.generation + 1, 10)]) || g.recent_rotations)[:10],
    attempt_hash = j.presented_attempt,
    idle_expires_at = j.used_at + make_interval(secs => j.idle)
  from judged j
  where g.id = j.id and j.verdict in ('rotated', 'recovered')
),
touched as (
  update grants g set used_at = j.used_at, idle_expires_at = j.used_at + make_interval(secs => j.idle)
  from judged j
  where g.id = j.id and j.verdict in ('renewed', 'replayed', 'overlapped')
),
ended as (
  update grants g set revoked_at = $1, revoked_reason = 'reuse_detected'
  from judged j
  where g.id = j.id and j.verdict = 'reused'
),
logged as (
  insert into events (at, type, session_id, grant_id, user_id, account_id, client_id, request_id, data)
  select $1::timestamptz,
    case j.verdict
      when 'rotated' then 'session.refreshed'
      when 'replayed' then 'session.replayed'
      when 'overlapped' then 'session.overlapped'
      when 'renewed' then 'session.renewed'
      when 'recovered' then 'session.recovered'
      when 'reused' then 'session.reuse_detected'
      else 'token.refused'
    end,
    j.session_id, j.id, j.user_id, j.account_id, j.client_id, j.request_id,
    -- Nearly all are rotations, and there is little to say of one: the generation is the one presented, nothing was
    -- replaced. Made like the others, it would take a tenth of the statement's time more.
    case when j.verdict = 'rotated'
      then jsonb_build_object(
        'verdict', j.verdict, 'presented', j.presented, 'address', j.address, 'user_agent', j.user_agent)
      else jsonb_strip_nulls(jsonb_build_object(
        'verdict', j.verdict,
        'presented', j.presented,
        'generation', j.generation,
        'replaced_at', j.replaced_at,
        'successor_replaced_at', j.successor_replaced_at,
        'is_same_attempt', case when j.presented < j.generation then j.presented_attempt = j.attempt_hash end,
        'presented_by', nullif(j.presented_client, j.client_id),
        'reason', case when j.verdict = 'unbound' and j.presented_client = j.client_id
          then coalesce(j.unproved, case when j.jkt is null then 'dpop_proof_missing' else 'dpop_key_mismatch' end)
          else j.revoked_reason end,
        'address', j.address,
        'user_agent', j.user_agent))
    end
  from judged j
  union all
  -- The lineage's end is news for those who follow revocations; on the timeline it comes after its cause.
  select $1, 'grant.revoked', j.session_id, j.id, j.user_id, j.account_id, j.client_id, j.request_id,
    jsonb_build_object('reason', 'reuse_detected')
  from judged j
  where j.verdict = 'reused'
)
select e.timeline, j.id, j.verdict,
  case when j.verdict in ('rotated', 'recovered') then j.presented + 1 else j.generation end as generation,
  j.client_id, j.session_id, j.user_id, j.account_id, j.role, j.scope, j.resource, j.authenticated_at,
  j.idle_expires_at, j.expires_at, j.revoked_reason, j.binding
from epoch e left join judged j on true
`;
