/**
 * Readers of the lifecycle log, what they make of it, and when sessions run out. See decisions/0013-delivery-log.md.
 *
 * Older nodes beside this schema write no line that is missed: the readers' places are kept in it from here on.
 */
export const webhooks = /* sql */ `
-- What readers look for all the time. A refresh that went well writes no line into it, and so pays nothing.
create index events_for_readers on events (transaction_id, id)
  where type not in ('session.refreshed', 'session.renewed', 'session.replayed', 'session.overlapped');

-- How far each reader of the log has come. What a transaction wrote has been read when the snapshot sees it.
create table event_readers (
  name text primary key,
  snapshot pg_snapshot not null,
  -- When the snapshot was taken: lines much older have been read.
  read_at timestamptz not null,
  -- While it reads a long way in pages: how far it will have come, and the last line read on the way.
  target pg_snapshot,
  target_at timestamptz,
  transaction_id xid8,
  id bigint
);

-- Where messages go: how it is doing. Whose it is, and how to send there, the queue knows.
create table delivery_destinations (
  id uuid primary key,
  queue text not null,
  created_at timestamptz not null,
  -- Nothing is sent before: the receiver asked for it, or showed that it has too much to do.
  paused_until timestamptz,
  -- Since when every attempt has failed, and how many did; null when the last one succeeded.
  failing_since timestamptz,
  failures integer not null default 0,
  failing_told_at timestamptz,
  disabled_at timestamptz,
  disabled_reason text
);

create table deliveries (
  -- Time-ordered (UUIDv7): what is old is found by it.
  id uuid primary key,
  destination_id uuid not null references delivery_destinations on delete cascade,
  -- What the receiver knows the message by; the same in every attempt.
  message_id text not null,
  type text not null,
  body text not null,
  -- When the event was, which the message tells of.
  occurred_at timestamptz not null,
  created_at timestamptz not null,
  -- waiting, delivered or failed.
  state text not null,
  -- How many were begun, and how many of the schedule's have been used up: sent anew, a message starts over.
  attempts integer not null default 0,
  step integer not null default 0,
  -- While an attempt is under way: when it counts as lost, and the next is due.
  next_attempt_at timestamptz not null,
  finished_at timestamptz
) with (fillfactor = 85);
create unique index deliveries_by_message on deliveries (destination_id, message_id);
create index deliveries_due on deliveries (destination_id, next_attempt_at) where state = 'waiting';

create table delivery_attempts (
  delivery_id uuid not null references deliveries on delete cascade,
  number integer not null,
  started_at timestamptz not null,
  duration_ms integer not null,
  outcome text not null,
  status integer,
  error text,
  -- The beginning of the receiver's answer.
  answer text,
  primary key (delivery_id, number)
);

create table webhook_endpoints (
  id uuid primary key references delivery_destinations on delete cascade,
  url text not null,
  description text,
  events text[] not null,
  -- Empty: of every client, of every account.
  clients text[] not null,
  accounts uuid[] not null,
  created_at timestamptz not null
);

create table webhook_secrets (
  id uuid primary key,
  endpoint_id uuid not null references webhook_endpoints on delete cascade,
  -- v1 (HMAC-SHA-256) or v1a (Ed25519).
  scheme text not null,
  sealed_key bytea not null,
  created_at timestamptz not null,
  -- A replaced one signs beside its successor until then.
  expires_at timestamptz
);
create index webhook_secrets_by_endpoint on webhook_secrets (endpoint_id);

-- When to look again whether a session is about to run out. A session's end only ever moves on, so that nobody needs to
-- tell this table: when the time comes, the session itself is asked.
create table session_checks (
  session_id uuid primary key references sessions on delete cascade,
  -- Once its end was told of as near, not before that end: it is told of once.
  check_at timestamptz not null
);
create index session_checks_due on session_checks (check_at);

-- First the readers' places, then the sessions there are: one that starts between the two is found twice, not missed.
-- Those are looked at in the course of an hour, and not all at once.
insert into event_readers (name, snapshot, read_at)
  select name, pg_current_snapshot(), now() from unnest(array['webhooks', 'session-expiry']) as readers(name);
insert into session_checks (session_id, check_at)
  select id, now() + random() * interval '1 hour' from sessions where revoked_at is null and expires_at > now()
  on conflict do nothing;
`;
