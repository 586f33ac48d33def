/**
 * Streams of security event tokens, and the keys that sign these. What is sent, and what waits to be fetched, is in the
 * deliveries. See decisions/0014-signals-are-signed-when-sent.md.
 *
 * Older nodes beside this schema know of no stream. What they write is read by those that do.
 */
export const signals = /* sql */ `
create table signal_streams (
  id uuid primary key references delivery_destinations on delete cascade,
  -- One stream for each service.
  service_id text not null unique,
  description text,
  -- As the receiver asked, with what we do not know.
  events_requested text[] not null,
  -- push or poll.
  method text not null,
  -- Where to push to, and the Authorization header that the receiver wants to see there.
  endpoint_url text,
  sealed_authorization bytea,
  -- enabled, paused or disabled.
  status text not null,
  status_reason text,
  verification_requested_at timestamptz,
  created_at timestamptz not null,
  -- What happened before is not for it: when it was made, or enabled after it had been disabled.
  hears_from timestamptz not null
);

-- As signing_keys, for another algorithm. Not in there: older nodes would sign access tokens with them.
create table set_signing_keys (
  id text primary key,
  algorithm text not null,
  public_jwk jsonb not null,
  sealed_private_key bytea not null,
  created_at timestamptz not null,
  activates_at timestamptz not null,
  retires_at timestamptz
);

-- What comes after this is read.
insert into event_readers (name, snapshot, read_at) values ('signals', pg_current_snapshot(), now());
`;
