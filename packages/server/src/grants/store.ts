import type { RefreshVerdict, RevokedReason } from "@holdfast/protocol";
import { sql } from "kysely";
import type { Database, Queries } from "../storage/database.ts";
import { refreshStatement } from "./refresh-statement.ts";

/** What a new grant is made of. Times in milliseconds since the epoch. */
export interface NewGrant {
  readonly id: string;
  readonly handleHash: Buffer;
  readonly clientId: string;
  readonly sessionId: string;
  readonly userId: string;
  readonly accountId: string;
  readonly role: string;
  readonly scope: string;
  readonly resource: readonly string[];
  readonly authenticatedAt: Date;
  readonly createdAt: Date;
  readonly idleExpiresAt: Date;
  readonly expiresAt: Date;
}

/** Writes a new grant at generation 1. */
export async function insertGrant(queries: Queries, grant: NewGrant): Promise<void> {
  await queries
    .insertInto("grants")
    .values({
      id: grant.id,
      handle_hash: grant.handleHash,
      generation: 1,
      client_id: grant.clientId,
      session_id: grant.sessionId,
      user_id: grant.userId,
      account_id: grant.accountId,
      role: grant.role,
      scope: grant.scope,
      resource: [...grant.resource],
      authenticated_at: grant.authenticatedAt,
      created_at: grant.createdAt,
      idle_expires_at: grant.idleExpiresAt,
      expires_at: grant.expiresAt,
    })
    .execute();
}

/** One presented refresh token, ready to be judged. */
export interface Presentation {
  readonly grantId: string;
  readonly handleHash: Buffer;
  readonly generation: number;
  readonly attemptHash: Buffer | null;
  readonly clientId: string;
  readonly isProved: boolean;
  readonly rotates: boolean;
  /** Seconds. */
  readonly overlap: number;
  /** Seconds. */
  readonly idle: number;
  readonly requestId: string;
  readonly address: string | null;
  readonly userAgent: string | null;
}

/** What the statement decided, and what an access token needs. */
export interface JudgedGrant {
  readonly id: string;
  readonly verdict: Exclude<RefreshVerdict, "malformed">;
  /** The generation in force after the verdict. */
  readonly generation: number;
  readonly client_id: string;
  readonly session_id: string;
  readonly user_id: string;
  readonly account_id: string;
  readonly role: string;
  readonly scope: string;
  readonly resource: string[];
  readonly authenticated_at: Date;
  readonly idle_expires_at: Date;
  readonly expires_at: Date;
  readonly revoked_reason: RevokedReason | null;
}

/** Judges presented tokens, each of another grant, in one statement. What is missing from the answer is unknown. */
export function judge(database: Database, now: Date, presented: readonly Presentation[]): Promise<JudgedGrant[]> {
  return database.execute<JudgedGrant>(
    refreshStatement,
    [
      now,
      presented.map((each) => each.grantId),
      presented.map((each) => each.handleHash),
      presented.map((each) => each.generation),
      presented.map((each) => each.attemptHash),
      presented.map((each) => each.clientId),
      presented.map((each) => each.isProved),
      presented.map((each) => each.rotates),
      presented.map((each) => each.overlap),
      presented.map((each) => each.idle),
      presented.map((each) => each.requestId),
      presented.map((each) => each.address),
      presented.map((each) => each.userAgent),
    ],
    "judge_refresh",
  );
}

/** The client a grant belongs to. */
export async function findGrantClient(queries: Queries, id: string): Promise<string | null> {
  const row = await queries.selectFrom("grants").select("client_id").where("id", "=", id).executeTakeFirst();
  return row?.client_id ?? null;
}

/** Which grants to end. */
export type GrantSelection =
  | { readonly id: string }
  | { readonly sessionIds: readonly string[] }
  | { readonly accountId: string };

export interface EndedGrant {
  readonly id: string;
  readonly session_id: string;
  readonly user_id: string;
  readonly account_id: string;
  readonly client_id: string;
}

/** Ends the live grants of a selection. They are locked in the order of their ids, as a refresh locks them. */
export async function endGrants(
  queries: Queries,
  selection: GrantSelection,
  reason: RevokedReason,
  now: Date,
): Promise<EndedGrant[]> {
  const live = queries.selectFrom("grants").select("id").where("revoked_at", "is", null);
  const selected =
    "id" in selection
      ? live.where("id", "=", selection.id)
      : "accountId" in selection
        ? live.where("account_id", "=", selection.accountId)
        : live.where("session_id", "=", sql<string>`any(${selection.sessionIds}::uuid[])`);
  return queries
    .with("live", () => selected.orderBy("id").forUpdate())
    .updateTable("grants")
    .from("live")
    .set({ revoked_at: now, revoked_reason: reason })
    .whereRef("grants.id", "=", "live.id")
    .returning(["grants.id", "grants.session_id", "grants.user_id", "grants.account_id", "grants.client_id"])
    .execute();
}
