import type { RevokedReason } from "@holdfast/protocol";
import type { Queries } from "../storage/database.ts";

/** One client's refresh lineage under a session. */
export interface Grant {
  readonly id: string;
  readonly clientId: string;
  readonly sessionId: string;
  readonly userId: string;
  readonly accountId: string;
  readonly role: string;
  readonly scope: string;
  readonly resource: readonly string[];
  /** The thumbprint of the key it is bound to; null for none. */
  readonly binding: string | null;
  /** The refresh token in force. */
  readonly generation: number;
  readonly authenticatedAt: Date;
  readonly createdAt: Date;
  /** The last good refresh; null before the first. */
  readonly usedAt: Date | null;
  readonly idleExpiresAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  readonly revokedReason: RevokedReason | null;
}

export interface StoredGrant extends Grant {
  readonly handleHash: Buffer;
  /** Newest first: when the generation before the one in force was replaced, and so on. */
  readonly recentRotations: readonly Date[];
}

export interface GrantFilter {
  readonly userId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly accountId?: string | undefined;
  readonly clientId?: string | undefined;
  readonly includeEnded?: boolean | undefined;
  readonly limit: number;
}

export async function findGrant(queries: Queries, id: string): Promise<StoredGrant | null> {
  const row = await selectGrants(queries).where("id", "=", id).executeTakeFirst();
  return row ? toGrant(row) : null;
}

/** Grants, newest first. */
export async function listGrants(queries: Queries, filter: GrantFilter, now: Date): Promise<StoredGrant[]> {
  const { userId, sessionId, accountId, clientId, includeEnded = false, limit } = filter;
  let query = selectGrants(queries).orderBy("id", "desc").limit(limit);
  if (userId !== undefined) query = query.where("user_id", "=", userId);
  if (sessionId !== undefined) query = query.where("session_id", "=", sessionId);
  if (accountId !== undefined) query = query.where("account_id", "=", accountId);
  if (clientId !== undefined) query = query.where("client_id", "=", clientId);
  if (!includeEnded) {
    query = query.where("revoked_at", "is", null).where("expires_at", ">", now).where("idle_expires_at", ">", now);
  }
  return (await query.execute()).map(toGrant);
}

function selectGrants(queries: Queries) {
  return queries.selectFrom("grants").selectAll();
}

function toGrant(row: Awaited<ReturnType<ReturnType<typeof selectGrants>["execute"]>>[number]): StoredGrant {
  return {
    id: row.id,
    clientId: row.client_id,
    sessionId: row.session_id,
    userId: row.user_id,
    accountId: row.account_id,
    role: row.role,
    scope: row.scope,
    resource: row.resource,
    binding: row.binding,
    generation: row.generation,
    authenticatedAt: row.authenticated_at,
    createdAt: row.created_at,
    usedAt: row.used_at,
    idleExpiresAt: row.idle_expires_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    revokedReason: row.revoked_reason as RevokedReason | null,
    handleHash: row.handle_hash,
    recentRotations: row.recent_rotations,
  };
}
