import type { Database, Queries } from "../storage/database.ts";

/** A sign-in under way at a provider. */
export interface Attempt {
  readonly stateHash: Buffer;
  readonly browserHash: Buffer;
  readonly provider: string;
  readonly clientId: string;
  readonly nonce: string;
  readonly sealedCodeVerifier: Buffer;
  readonly returnTo: string;
  readonly accountId: string | null;
  readonly clientState: string | null;
  readonly codeChallenge: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly completedAt: Date | null;
  readonly sessionId: string | null;
}

export async function insertAttempt(
  queries: Queries,
  attempt: Omit<Attempt, "completedAt" | "sessionId">,
): Promise<void> {
  await queries
    .insertInto("signin_attempts")
    .values({
      state_hash: attempt.stateHash,
      browser_hash: attempt.browserHash,
      provider: attempt.provider,
      client_id: attempt.clientId,
      nonce: attempt.nonce,
      sealed_code_verifier: attempt.sealedCodeVerifier,
      return_to: attempt.returnTo,
      account_id: attempt.accountId,
      client_state: attempt.clientState,
      code_challenge: attempt.codeChallenge,
      created_at: attempt.createdAt,
      expires_at: attempt.expiresAt,
    })
    .execute();
}

export async function findAttempt(queries: Queries, stateHash: Buffer): Promise<Attempt | null> {
  const row = await queries
    .selectFrom("signin_attempts")
    .selectAll()
    .where("state_hash", "=", stateHash)
    .executeTakeFirst();
  if (!row) return null;
  return {
    stateHash: row.state_hash,
    browserHash: row.browser_hash,
    provider: row.provider,
    clientId: row.client_id,
    nonce: row.nonce,
    sealedCodeVerifier: row.sealed_code_verifier,
    returnTo: row.return_to,
    accountId: row.account_id,
    clientState: row.client_state,
    codeChallenge: row.code_challenge,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    completedAt: row.completed_at,
    sessionId: row.session_id,
  };
}

/** Takes an attempt for its one completion; false when another request was first. */
export async function takeAttempt(queries: Queries, stateHash: Buffer, now: Date): Promise<boolean> {
  const result = await queries
    .updateTable("signin_attempts")
    .set({ completed_at: now })
    .where("state_hash", "=", stateHash)
    .where("completed_at", "is", null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Notes which session came of an attempt, so that its repetition can be answered alike. */
export async function setAttemptSession(queries: Queries, stateHash: Buffer, sessionId: string): Promise<void> {
  await queries
    .updateTable("signin_attempts")
    .set({ session_id: sessionId })
    .where("state_hash", "=", stateHash)
    .execute();
}

/** A one-time code on its way to a client. */
export interface SigninCode {
  readonly codeHash: Buffer;
  readonly clientId: string;
  readonly sessionId: string;
  readonly accountId: string;
  readonly codeChallenge: string;
  readonly expiresAt: Date;
}

export async function insertCode(queries: Queries, code: SigninCode): Promise<void> {
  await queries
    .insertInto("signin_codes")
    .values({
      code_hash: code.codeHash,
      client_id: code.clientId,
      session_id: code.sessionId,
      account_id: code.accountId,
      code_challenge: code.codeChallenge,
      expires_at: code.expiresAt,
    })
    .execute();
}

/** Locks a code for redemption: of many at once, one is first, and the others see that it was. */
export async function lockCode(queries: Queries, codeHash: Buffer) {
  return queries
    .selectFrom("signin_codes")
    .selectAll()
    .where("code_hash", "=", codeHash)
    .forUpdate()
    .executeTakeFirst();
}

export async function setCodeRedeemed(queries: Queries, codeHash: Buffer, now: Date, grantId: string): Promise<void> {
  await queries
    .updateTable("signin_codes")
    .set({ redeemed_at: now, grant_id: grantId })
    .where("code_hash", "=", codeHash)
    .execute();
}

const cleanable = { attempts: ["signin_attempts", "state_hash"], codes: ["signin_codes", "code_hash"] } as const;

/** Removes attempts or codes that expired before a moment, the oldest first; says how many. */
export async function removeExpired(
  database: Database,
  kind: keyof typeof cleanable,
  before: Date,
  limit: number,
): Promise<number> {
  const [table, key] = cleanable[kind];
  const [row] = await database.execute<{ count: number }>(
    `with removed as (
      delete from ${table} where ${key} in (
        select ${key} from ${table} where expires_at < $1 order by expires_at limit $2 for update skip locked
      ) returning 1
    ) select count(*)::int as count from removed`,
    [before, limit],
  );
  return row?.count ?? 0;
}

/** When the first of those that expired before a moment did so. */
export async function oldestExpiry(
  database: Database,
  kind: keyof typeof cleanable,
  before: Date,
): Promise<Date | null> {
  const [row] = await database.execute<{ at: Date | null }>(
    `select min(expires_at) as at from ${cleanable[kind][0]} where expires_at < $1`,
    [before],
  );
  return row?.at ?? null;
}
