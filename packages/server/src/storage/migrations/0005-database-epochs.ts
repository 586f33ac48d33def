/**
 * The timelines of PostgreSQL that this instance has lived on. A row is added by the first node that finds the database
 * on a new one; the very first follows no promotion.
 */
export const databaseEpochs = /* sql */ `
create table database_epochs (
  timeline text primary key,
  promoted_at timestamptz
);
`;
