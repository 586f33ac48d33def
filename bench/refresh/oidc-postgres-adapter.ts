/**
 * oidc-provider on PostgreSQL as its community does it: one table for all kinds, the payload as jsonb beside what is
 * searched for, an upsert, and a mark for what is consumed. Prepared statements and a pool, as ours has.
 */
import type { Adapter, AdapterFactory, AdapterPayload } from "oidc-provider";
import type pg from "pg";

/** The table. Room is left in its pages, so that a mark is set in place (HOT), as in ours. */
export const oidcTable = /* sql */ `
create table oidc_payloads (
  type text not null,
  id text not null,
  payload jsonb not null,
  grant_id text,
  user_code text,
  uid text,
  expires_at timestamptz,
  consumed_at timestamptz,
  primary key (type, id)
) with (fillfactor = 85);
create index oidc_payloads_by_grant on oidc_payloads (grant_id) where grant_id is not null;
create index oidc_payloads_by_uid on oidc_payloads (uid) where uid is not null;
create index oidc_payloads_by_user_code on oidc_payloads (user_code) where user_code is not null;
`;

const selected = "select payload, extract(epoch from consumed_at)::int as consumed from oidc_payloads where type = $1";

const statements = {
  find: `${selected} and id = $2`,
  findByUid: `${selected} and uid = $2`,
  findByUserCode: `${selected} and user_code = $2`,
  upsert: `insert into oidc_payloads (type, id, payload, grant_id, user_code, uid, expires_at)
    values ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))
    on conflict (type, id) do update set payload = excluded.payload, grant_id = excluded.grant_id,
      user_code = excluded.user_code, uid = excluded.uid, expires_at = excluded.expires_at`,
  consume: "update oidc_payloads set consumed_at = now() where type = $1 and id = $2",
  destroy: "delete from oidc_payloads where type = $1 and id = $2",
  revokeByGrantId: "delete from oidc_payloads where type = $1 and grant_id = $2",
} as const;

interface PayloadRow {
  readonly payload: AdapterPayload;
  readonly consumed: number | null;
}

export function createPostgresAdapter(pool: pg.Pool): AdapterFactory {
  const run = async (name: keyof typeof statements, values: unknown[]) =>
    (await pool.query<PayloadRow>({ name, text: statements[name], values })).rows;

  async function findOne(name: "find" | "findByUid" | "findByUserCode", type: string, key: string) {
    const [row] = await run(name, [type, key]);
    return row && { ...row.payload, ...(row.consumed === null ? {} : { consumed: row.consumed }) };
  }

  return (type): Adapter => ({
    find: (id) => findOne("find", type, id),
    findByUid: (uid) => findOne("findByUid", type, uid),
    findByUserCode: (userCode) => findOne("findByUserCode", type, userCode),
    async upsert(id, payload, expiresIn) {
      const { grantId = null, userCode = null, uid = null } = payload;
      await run("upsert", [type, id, payload, grantId, userCode, uid, expiresIn]);
    },
    async consume(id) {
      await run("consume", [type, id]);
    },
    async destroy(id) {
      await run("destroy", [type, id]);
    },
    async revokeByGrantId(grantId) {
      await run("revokeByGrantId", [type, grantId]);
    },
  });
}
