import type { RefreshVerdict, RevokedReason } from "@holdfast/protocol";
import type { Epoch } from "../failover/index.ts";
import type { Database, Queries } from "../storage/database.ts";
import { refreshStatement } from "./refresh-statement.ts";

/** What a new grant is made of. Times in milliseconds since the epoch. */
export interface NewGrant {
  readonly id: string;
  readonly handleHash: Buffer;
  /** The thumbprint of the key that the grant is bound to (RFC 9449, section 5); null for none. */
  readonly binding: string | null;
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
      binding: grant.binding,
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
  /** The thumbprint of the key whose possession was proved; null for none. */
  readonly jkt: string | null;
  /** What was not proved, where it was not. */
  readonly unproved: string | null;
  readonly rotates: boolean;
  /** Seconds. */
  readonly overlap: number;
  /** Seconds. */
  readonly idle: number;
  /** Milliseconds since the epoch: nobody waits for an answer any more after that. Null: not known. */
  readonly deadline: number | null;
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
  readonly binding: string | null;
}

/** Decides about one presented token; null when there is no such grant. */
export type Judge = (presentation: Presentation) => Promise<JudgedGrant | null>;

/** Decides about one presented token, by itself or by leaving it to the statement that decides about many. */
export type SpecialJudge = (presentation: Presentation, batched: Judge) => Promise<JudgedGrant | null>;

/** When, and on which timeline of the database, tokens are judged. */
export interface Judgement {
  readonly now: Date;
  readonly epoch: Epoch;
}

/** What the statement decided, on the timeline it found. */
export interface Judged {
  readonly timeline: string;
  /** Empty on another timeline than asked for; else what is missing from it is unknown. */
  readonly grants: readonly JudgedGrant[];
}

type JudgedRow = { readonly timeline: string } & (JudgedGrant | { readonly id: null });

/** Whatever runs one SQL statement as it stands: the database, or a transaction. */
export type Statements = Pick<Database, "execute">;

/** Judges presented tokens, each of another grant, in one statement; none of them on another timeline. */
export async function judge(
  database: Statements,
  { now, epoch }: Judgement,
  presented: readonly Presentation[],
): Promise<Judged> {
  const rows = await database.execute<JudgedRow>(
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
      epoch.timeline,
      epoch.promotedAt,
      presented.map((each) => each.jkt),
      presented.map((each) => each.unproved),
    ],
    "judge_refresh",
  );
  const grants = rows.filter((row): row is JudgedRow & JudgedGrant => row.id !== null);
  return { timeline: rows[0]?.timeline ?? "", grants };
}

/** Whose a grant is; null when there is no such grant. */
export async function findGrantOwner(queries: Queries, id: string) {
  const row = await queries
    .selectFrom("grants")
    .select(["client_id", "session_id"])
    .where("id", "=", id)
    .executeTakeFirst();
  return row ? { clientId: row.client_id, sessionId: row.session_id } : null;
}

/** The grants under a session, live or ended, and where they are. */
export async function listGrantsOf(queries: Queries, sessionId: string) {
  const rows = await queries
    .selectFrom("grants")
    .select(["id", "client_id", "generation"])
    .where("session_id", "=", sessionId)
    .execute();
  return rows.map(({ id, client_id, generation }) => ({ grantId: id, clientId: client_id, generation }));
}
