/** Users, identities, accounts, members, sessions, grants, sign-ins, keys, events. */
export const spine = /* sql */ `
create table users (
  id uuid primary key,
  name text,
  -- Only an address that a provider has verified. Not unique: two providers may vouch for one address, and an
  -- address never says who somebody is.
  email text,
  picture text,
  created_at timestamptz not null,
  disabled_at timestamptz,
  deleted_at timestamptz
);
create index users_by_email on users (lower(email));

create table identities (
  issuer text not null,
  subject text not null,
  user_id uuid not null references users on delete cascade,
  provider text not null,
  email text,
  email_verified boolean not null,
  created_at timestamptz not null,
  signed_in_at timestamptz not null,
  primary key (issuer, subject)
);
create index identities_by_user on identities (user_id);

create table accounts (
  id uuid primary key,
  name text not null,
  created_at timestamptz not null,
  closed_at timestamptz,
  closed_reason text
);

create table members (
  account_id uuid not null references accounts on delete cascade,
  user_id uuid not null references users on delete cascade,
  role text not null,
  created_at timestamptz not null,
  signed_in_at timestamptz,
  primary key (account_id, user_id)
);
create index members_by_user on members (user_id);

create table sessions (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  provider text not null,
  -- The cookie's secret, and the one before it for a few seconds: two tabs may finish a sign-in at once.
  cookie_hash bytea not null,
  former_cookie_hash bytea,
  cookie_rotated_at timestamptz not null,
  user_agent text,
  address text,
  created_at timestamptz not null,
  authenticated_at timestamptz not null,
  idle_expires_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoked_reason text
) with (fillfactor = 85);
create index sessions_by_user on sessions (user_id);
create index sessions_by_expiry on sessions (expires_at);

-- A refresh changes only columns that stand in no index, so that PostgreSQL updates the row in place (HOT). They stand
-- together at the end: the write-ahead log leaves out what a row has in common with its former self, up to there.
create table grants (
  id uuid primary key,
  session_id uuid not null references sessions on delete cascade,
  user_id uuid not null,
  account_id uuid not null,
  handle_hash bytea not null,
  client_id text not null,
  role text not null,
  scope text not null,
  resource text[] not null,
  binding text,
  authenticated_at timestamptz not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoked_reason text,
  generation integer not null,
  -- The last good refresh: a session is in use as long as one of its grants is.
  used_at timestamptz,
  idle_expires_at timestamptz not null,
  attempt_hash bytea,
  -- Newest first: element k is when generation (generation - k) was replaced.
  recent_rotations timestamptz[] not null default '{}'
) with (fillfactor = 85);
create index grants_by_session on grants (session_id);
create index grants_by_user on grants (user_id);
create index grants_by_account on grants (account_id);

create table signin_attempts (
  state_hash bytea primary key,
  browser_hash bytea not null,
  provider text not null,
  client_id text not null,
  nonce text not null,
  sealed_code_verifier bytea not null,
  return_to text not null,
  account_id uuid,
  client_state text,
  code_challenge text,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  completed_at timestamptz,
  session_id uuid
);
create index signin_attempts_by_expiry on signin_attempts (expires_at);

create table signin_codes (
  code_hash bytea primary key,
  client_id text not null,
  session_id uuid not null references sessions on delete cascade,
  account_id uuid not null,
  code_challenge text not null,
  expires_at timestamptz not null,
  redeemed_at timestamptz,
  grant_id uuid
);
create index signin_codes_by_expiry on signin_codes (expires_at);

create table signing_keys (
  id text primary key,
  algorithm text not null,
  public_jwk jsonb not null,
  sealed_private_key bytea not null,
  created_at timestamptz not null,
  -- Published from created_at, signs from here, until a later key takes over.
  activates_at timestamptz not null,
  -- Out of the key set from here: every token it signed has expired.
  retires_at timestamptz
);

create table events (
  id bigint generated always as identity primary key,
  -- Readers stay behind the oldest open transaction, so that no line that commits late is skipped.
  transaction_id xid8 not null default pg_current_xact_id(),
  at timestamptz not null,
  type text not null,
  session_id uuid,
  grant_id uuid,
  user_id uuid,
  account_id uuid,
  client_id text,
  request_id text,
  data jsonb not null default '{}'
);
create index events_by_session on events (session_id, id) where session_id is not null;
create index events_by_time on events using brin (at);
create index events_for_feed on events (transaction_id, id)
  where type in ('session.revoked', 'grant.revoked', 'key.created', 'key.retired');
`;
