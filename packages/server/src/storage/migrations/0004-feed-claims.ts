/**
 * The feed tells of changed claims: its index lists one type more. What a server of before reads is still among them.
 */
export const feedClaims = /* sql */ `
drop index events_for_feed;
create index events_for_feed on events (transaction_id, id)
  where type in ('session.revoked', 'grant.revoked', 'member.role_changed', 'key.created', 'key.retired');
`;
