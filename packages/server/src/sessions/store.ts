import type { RevokedReason } from "@holdfast/protocol";
import { sql } from "kysely";
import type { Database, Queries } from "../storage/database.ts";
import { removalStatement } from "./removal-statement.ts";

/** One sign-in of one user on one browser or device. */
export interface Session {
  readonly id: string;
  readonly userId: string;
  readonly provider: string;
  readonly userAgent: string | null;
  readonly address: string | null;
  readonly createdAt: Date;
  readonly authenticatedAt: Date;
  /** When it was last used: by its cookie, or by a refresh of one of its grants. */
  readonly lastUsedAt: Date;
  readonly idleExpiresAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  readonly revokedReason: RevokedReason | null;
}

export interface StoredSession extends Session {
  readonly cookieHash: Buffer;
  readonly formerCookieHash: Buffer | null;
  readonly cookieRotatedAt: Date;
}

export interface NewSession {
  readonly id: string;
  readonly userId: string;
  readonly provider: string;
  readonly cookieHash: Buffer;
  readonly userAgent: string | null;
  readonly address: string | null;
  readonly createdAt: Date;
  readonly idleExpiresAt: Date;
  readonly expiresAt: Date;
}

export async function insertSession(queries: Queries, session: NewSession): Promise<void> {
  await queries
    .insertInto("sessions")
    .values({
      id: session.id,
      user_id: session.userId,
      provider: session.provider,
      cookie_hash: session.cookieHash,
      cookie_rotated_at: session.createdAt,
      user_agent: session.userAgent,
      address: session.address,
      created_at: session.createdAt,
      authenticated_at: session.createdAt,
      idle_expires_at: session.idleExpiresAt,
      expires_at: session.expiresAt,
    })
    .execute();
}

function selectSessions(queries: Queries) {
  return queries
    .selectFrom("sessions")
    .selectAll("sessions")
    .select((build) =>
      build
        .selectFrom("grants")
        .select((grants) => grants.fn.max("grants.used_at").as("at"))
        .whereRef("grants.session_id", "=", "sessions.id")
        .as("refreshed_at"),
    );
}

type SessionRow = Awaited<ReturnType<ReturnType<typeof selectSessions>["execute"]>>[number];

export async function findSession(queries: Queries, id: string, idleSeconds: number): Promise<StoredSession | null> {
  const row = await selectSessions(queries).where("sessions.id", "=", id).executeTakeFirst();
  return row ? toSession(row, idleSeconds) : null;
}

export interface SessionFilter {
  readonly userId?: string | undefined;
  readonly includeEnded?: boolean | undefined;
  readonly limit: number;
}

/** Sessions, newest first. */
export async function listSessions(
  queries: Queries,
  { userId, includeEnded = false, limit }: SessionFilter,
  { now, idleSeconds }: { readonly now: Date; readonly idleSeconds: number },
): Promise<Session[]> {
  let query = selectSessions(queries).orderBy("sessions.id", "desc").limit(limit);
  if (userId !== undefined) query = query.where("sessions.user_id", "=", userId);
  if (!includeEnded) query = query.where("revoked_at", "is", null).where("sessions.expires_at", ">", now);
  const sessions = (await query.execute()).map((row) => toSession(row, idleSeconds));
  return includeEnded ? sessions : sessions.filter((session) => session.idleExpiresAt > now);
}

/** How many sessions live; those that are idle too long are among them until their absolute limit. */
export async function countLiveSessions(queries: Queries, now: Date): Promise<number> {
  const row = await queries
    .selectFrom("sessions")
    .select((build) => build.fn.countAll<string>().as("live"))
    .where("revoked_at", "is", null)
    .where("expires_at", ">", now)
    .executeTakeFirstOrThrow();
  return Number(row.live);
}

/** Moves the idle limit on. */
export async function touchSession(queries: Queries, id: string, idleExpiresAt: Date): Promise<void> {
  await queries.updateTable("sessions").set({ idle_expires_at: idleExpiresAt }).where("id", "=", id).execute();
}

export interface Reauthentication {
  readonly id: string;
  readonly cookieHash: Buffer;
  readonly now: Date;
  readonly idleExpiresAt: Date;
}

/** Gives a live session a new cookie; false when it is live no more. */
export async function reauthenticateSession(queries: Queries, session: Reauthentication): Promise<boolean> {
  const result = await queries
    .updateTable("sessions")
    .set((build) => ({
      former_cookie_hash: build.ref("cookie_hash"),
      cookie_hash: session.cookieHash,
      cookie_rotated_at: session.now,
      authenticated_at: session.now,
      idle_expires_at: session.idleExpiresAt,
    }))
    .where("id", "=", session.id)
    .where("revoked_at", "is", null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Locks a live session's row, so that it cannot end while a grant is started under it; false when it has ended. */
export async function holdSession(queries: Queries, id: string): Promise<boolean> {
  const row = await queries
    .selectFrom("sessions")
    .select("id")
    .where("id", "=", id)
    .where("revoked_at", "is", null)
    .forShare()
    .executeTakeFirst();
  return row !== undefined;
}

export type SessionSelection =
  | { readonly id: string }
  | { readonly ids: readonly string[] }
  | { readonly userId: string };

/** A person's sessions that have not been ended, in the order of their ids. */
export async function listLiveIds(queries: Queries, userId: string): Promise<string[]> {
  const rows = await queries
    .selectFrom("sessions")
    .select("id")
    .where("user_id", "=", userId)
    .where("revoked_at", "is", null)
    .orderBy("id")
    .execute();
  return rows.map(({ id }) => id);
}

/**
 * Ends live sessions, in the order of their ids, and says which those were. The lock leaves their keys alone, so that
 * whoever writes a row that refers to one does not wait, nor we for them in a circle.
 */
export async function endSessions(
  queries: Queries,
  selection: SessionSelection,
  reason: RevokedReason,
  now: Date,
): Promise<{ id: string; user_id: string }[]> {
  const live = queries.selectFrom("sessions").select("id").where("revoked_at", "is", null);
  const selected =
    "id" in selection
      ? live.where("id", "=", selection.id)
      : "ids" in selection
        ? live.where("id", "=", sql<string>`any(${selection.ids}::uuid[])`)
        : live.where("user_id", "=", selection.userId);
  return queries
    .with("live", () => selected.orderBy("id").forNoKeyUpdate())
    .updateTable("sessions")
    .from("live")
    .set({ revoked_at: now, revoked_reason: reason })
    .whereRef("sessions.id", "=", "live.id")
    .returning(["sessions.id", "sessions.user_id"])
    .execute();
}

const removeExpired = removalStatement("expires_at");
const removeRevoked = removalStatement("revoked_at");

/** Removes sessions that ended before a moment, with all that belongs to them; says how many. */
export async function removeEndedSessions(database: Database, before: Date, limit: number): Promise<number> {
  const [expired] = await database.execute<{ count: number }>(removeExpired, [before, limit]);
  const count = expired?.count ?? 0;
  if (count >= limit) return count;
  const [revoked] = await database.execute<{ count: number }>(removeRevoked, [before, limit - count]);
  return count + (revoked?.count ?? 0);
}

const oldestEndStatement = /* sql */ `
select least(
  (select min(expires_at) from sessions where expires_at < $1),
  (select min(revoked_at) from sessions where revoked_at < $1)
) as at
`;

/** When the first of those that ended before a moment did so. */
export async function oldestEnd(database: Database, before: Date): Promise<Date | null> {
  const [row] = await database.execute<{ at: Date | null }>(oldestEndStatement, [before]);
  return row?.at ?? null;
}

function toSession(row: SessionRow, idleSeconds: number): StoredSession {
  const refreshedAt = row.refreshed_at?.getTime() ?? 0;
  const usedAt = Math.max(row.idle_expires_at.getTime() - idleSeconds * 1000, refreshedAt);
  return {
    id: row.id,
    userId: row.user_id,
    provider: row.provider,
    cookieHash: row.cookie_hash,
    formerCookieHash: row.former_cookie_hash,
    cookieRotatedAt: row.cookie_rotated_at,
    userAgent: row.user_agent,
    address: row.address,
    createdAt: row.created_at,
    authenticatedAt: row.authenticated_at,
    lastUsedAt: new Date(Math.max(usedAt, row.created_at.getTime())),
    idleExpiresAt: new Date(Math.max(row.idle_expires_at.getTime(), refreshedAt + idleSeconds * 1000)),
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    revokedReason: row.revoked_reason as RevokedReason | null,
  };
}
