/**
 * The lifecycle log in weeks, so that old lines leave as whole tables; and indexes that find what leaves with the ended
 * sessions. See decisions/0012-what-is-kept-how-long.md.
 *
 * No line is copied: the log so far becomes the first partition, which ends with next week. PostgreSQL reads it once, to
 * see that no line is of later. What no partition is for, a clock being wrong, goes to the default one: nothing is refused.
 *
 * The id comes from a sequence, since PostgreSQL knows identity columns of partitioned tables only from 17 on. Nobody
 * looks a line up by its id alone, so that no index of it is kept: each refresh writes that much less.
 */
export const eventWeeks = /* sql */ `
alter table events rename to events_before;
alter index events_by_session rename to events_before_by_session;
alter index events_by_time rename to events_before_by_time;
alter index events_for_feed rename to events_before_for_feed;
alter table events_before alter column id drop identity;

create table events (like events_before) partition by range (at);
create sequence events_id_seq owned by events.id;
select setval('events_id_seq', (select coalesce(max(id), 0) + 1 from events_before), false);
alter table events
  alter column id set default nextval('events_id_seq'),
  alter column transaction_id set default pg_current_xact_id(),
  alter column data set default '{}';
alter table events_before drop constraint events_pkey;

create index events_by_session on events (session_id, id) where session_id is not null;
create index events_by_time on events using brin (at) with (autosummarize = on);
create index events_for_feed on events (transaction_id, id)
  where type in ('session.revoked', 'grant.revoked', 'key.created', 'key.retired');

do $$
declare
  newest timestamptz := greatest(now(), (select max(at) from events_before));
begin
  execute format('alter table events attach partition events_before for values from (minvalue) to (%L)',
    date_trunc('week', newest, 'UTC') + interval '14 days');
end $$;

create table events_default partition of events default;
-- Here alone lines leave one by one, the oldest first.
create index events_default_by_age on events_default (at);

create index sessions_by_end on sessions (revoked_at) where revoked_at is not null;
-- Or the end of each session would have to look through all of them.
create index signin_codes_by_session on signin_codes (session_id);
`;
