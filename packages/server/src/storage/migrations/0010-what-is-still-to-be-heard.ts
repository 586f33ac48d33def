/**
 * How long access tokens lived that may still be alive, so that a setting that was made shorter forgets no revocation of
 * one; and from when on a webhook hears, as of a stream.
 *
 * Older nodes beside this schema note no lifetime: whoever shortens one while they run waits for it first.
 */
export const whatIsStillToBeHeard = /* sql */ `
create table access_token_lifetimes (
  seconds integer primary key,
  -- When a node last could issue a token that lives so long; it says so every minute.
  used_at timestamptz not null
);

-- What happened before is not for it: when it was made, or enabled after it had been disabled. The default is for nodes
-- that do not know of it.
alter table webhook_endpoints add column hears_from timestamptz not null default now();
update webhook_endpoints set hears_from = created_at;
`;
