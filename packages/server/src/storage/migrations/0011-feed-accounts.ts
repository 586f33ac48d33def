/**
 * The feed tells of grants that switched to another account, and of accounts that were closed: its index lists two types
 * more. What a server of before reads is still among them.
 */
export const feedAccounts = /* sql */ `
drop index events_for_feed;
create index events_for_feed on events (transaction_id, id)
  where type in ('session.revoked', 'grant.revoked', 'member.role_changed', 'grant.account_switched', 'account.closed',
    'key.created', 'key.retired');
`;
