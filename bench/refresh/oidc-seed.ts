import type pg from "pg";
import { opaqueTokenInSql } from "../support/target.ts";
import { type AccessTokenFormat, lifetimes, payloadsOf } from "./oidc-payloads.ts";
import { oidcTable } from "./oidc-postgres-adapter.ts";

const inOneStatement = 100_000;

export interface OidcSeed {
  readonly schema: string;
  readonly format: AccessTokenFormat;
  readonly grants: number;
}

/** Writes grants with a refresh token each, numbered from 0, as oidc-provider itself would have stored them. */
export async function seedOidcPayloads(pool: pg.Pool, { schema, format, grants }: OidcSeed): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query(`create schema ${schema}; set search_path = ${schema}; ${oidcTable}`);
    const { grant, refreshToken } = payloadsOf(0, format, Math.floor(Date.now() / 1000));
    for (let first = 0; first < grants; first += inOneStatement) {
      const last = Math.min(first + inOneStatement, grants) - 1;
      await client.query(insertGrants, [first, last, grant, lifetimes.Grant]);
      await client.query(insertRefreshTokens, [first, last, refreshToken, lifetimes.RefreshToken]);
    }
    await client.query("vacuum (analyze, freeze) oidc_payloads");
  } finally {
    client.release(true);
  }
}

const numbers = "from generate_series($1::bigint, $2::bigint) as i";

const insertGrants = /* sql */ `
insert into oidc_payloads (type, id, payload, expires_at)
select 'Grant', 'grant-' || i, $3::jsonb || jsonb_build_object('jti', 'grant-' || i, 'accountId', 'person-' || i),
  now() + make_interval(secs => $4) ${numbers}`;

const insertRefreshTokens = /* sql */ `
insert into oidc_payloads (type, id, payload, grant_id, expires_at)
select 'RefreshToken', ${opaqueTokenInSql},
  $3::jsonb || jsonb_build_object('jti', ${opaqueTokenInSql}, 'accountId', 'person-' || i, 'grantId', 'grant-' || i,
    'sessionUid', 'session-' || i),
  'grant-' || i, now() + make_interval(secs => $4) ${numbers}`;
