import type { ErrorCode, RefreshReason, RefreshVerdict } from "@holdfast/protocol";
import type { Client } from "../clients/index.ts";
import type { Clock } from "../clock/clock.ts";
import { sha256 } from "../crypto/digest.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import type { ProofError } from "../dpop/index.ts";
import type { Ending, Failover } from "../failover/index.ts";
import { AppError } from "../http/app-error.ts";
import type { RequestSource } from "../http/request-source.ts";
import type { Database } from "../storage/database.ts";
import type { AccessTokens, TokenAnswer } from "./access-token.ts";
import { createBatcher } from "./batcher.ts";
import { formatRefreshToken, hashHandle, parseRefreshToken } from "./refresh-token.ts";
import { findGrantOwner, type JudgedGrant, judge, type Presentation, type SpecialJudge } from "./store.ts";

export interface RefreshDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly failover: Pick<Failover, "epoch" | "enter" | "note">;
  readonly keyRing: KeyRing;
  readonly accessTokens: AccessTokens;
  /** Seconds a client's grant may go unused. */
  readonly idleOf: (client: Client) => number;
  /** Told how many refreshes each statement carried. */
  readonly onBatch?: ((size: number) => void) | undefined;
}

/** What the client that presents a refresh token has, or has not, proved of a key (RFC 9449). */
export interface Possession {
  /** The key's thumbprint; null where none was proved. */
  readonly jkt: string | null;
  /** Why its proof did not convince, or that there is none though the client must bring one. */
  readonly problem: ProofError | null;
}

/** A refresh token, presented. */
export interface RefreshRequest {
  readonly refreshToken: string;
  readonly client: Client;
  /** Whether the client proved who it is. */
  readonly isProved: boolean;
  /** Default: no proof came. */
  readonly possession?: Possession;
  /** The `Idempotency-Key` header: the same for every retry of one attempt. */
  readonly idempotencyKey: string | null;
  /** Until when the client waits, by the server's clock: milliseconds since the epoch. Default: for ever. */
  readonly deadline?: number | null;
  /** Who decides. Default: the statement that decides about all that arrive meanwhile. */
  readonly judge?: SpecialJudge | undefined;
  readonly source: RequestSource;
}

/** What a client failed to prove. */
type Unproved = Extract<ErrorCode, "client_authentication_failed"> | ProofError;

const noPossession: Possession = { jkt: null, problem: null };

/** What came of it. A refusal is final for this token; trouble on our side is thrown instead. */
export type RefreshOutcome =
  | {
      readonly kind: "answered";
      readonly verdict: RefreshVerdict;
      readonly answer: TokenAnswer;
      readonly refreshToken: string;
      readonly expiresAt: Date;
    }
  | {
      readonly kind: "refused";
      readonly verdict: RefreshVerdict;
      readonly reason: RefreshReason | Unproved;
      readonly sessionId: string | null;
    };

export interface Refresh {
  /**
   * Judges a presented refresh token and answers with the next.
   *
   * @throws AppError `deadline_passed`, `temporarily_unavailable`
   */
  present(request: RefreshRequest): Promise<RefreshOutcome>;
  /**
   * The client a refresh token belongs to.
   *
   * @throws AppError `refresh_token_malformed`, `session_unknown`
   */
  clientOf(refreshToken: string): Promise<string>;
  /** The session a grant is under; null when there is no such grant. */
  sessionOf(grantId: string): Promise<string | null>;
  /** Seconds after which to come again, when as many wait as may. Else null. */
  fullFor(): number | null;
}

// A promotion is entered once; a second one may follow meanwhile.
const turnsAtMost = 3;

// At most this many in a statement, and two statements under way: while one commits, the next is gathered.
const limits = { maximumBatch: 128, maximumInFlight: 1, maximumWaiting: 4_096, maximumPerKey: 128 };

export function createRefresh(deps: RefreshDeps): Refresh {
  const { database, clock, failover, keyRing, accessTokens, idleOf, onBatch } = deps;
  const batcher = createBatcher<Presentation, JudgedGrant>({
    ...limits,
    run: judgeInEpoch,
    isLate: ({ deadline }) => deadline !== null && clock.now() > deadline,
    keyOf: ({ grantId }) => grantId,
    answerKeyOf: ({ id }) => id,
    onBatch,
  });

  /** Judges on the timeline that this node knows; what it finds on another waits until that one is entered. */
  async function judgeInEpoch(presented: readonly Presentation[]): Promise<readonly JudgedGrant[]> {
    for (let turn = 0; turn < turnsAtMost; turn++) {
      const { epoch } = failover;
      const { timeline, grants } = await judge(database, { now: new Date(clock.now()), epoch }, presented);
      if (timeline === epoch.timeline) {
        failover.note(grants.flatMap(toEnding), timeline);
        return grants;
      }
      await failover.enter(timeline);
    }
    // The database goes to and fro between two servers.
    throw new AppError("temporarily_unavailable");
  }

  return {
    async present({
      refreshToken,
      client,
      isProved,
      possession = noPossession,
      idempotencyKey,
      deadline = null,
      judge: judgeSpecially,
      source,
    }) {
      const token = parseRefreshToken(keyRing, refreshToken);
      if (!token) {
        return { kind: "refused", verdict: "malformed", reason: "refresh_token_malformed", sessionId: null };
      }
      const { jkt } = possession;
      const unproved = isProved ? possession.problem : "client_authentication_failed";
      const presentation = {
        grantId: token.grantId,
        handleHash: hashHandle(token.handle),
        generation: token.generation,
        attemptHash: idempotencyKey === null ? null : sha256(idempotencyKey),
        clientId: client.id,
        isProved: unproved === null,
        jkt,
        unproved,
        rotates: client.rotates,
        overlap: client.lifetimes.overlap,
        idle: idleOf(client),
        deadline,
        ...source,
      };
      const judged = await (judgeSpecially
        ? judgeSpecially(presentation, batcher.submit)
        : batcher.submit(presentation));
      if (!judged) return { kind: "refused", verdict: "unknown", reason: "session_unknown", sessionId: null };
      const reason = refusalOf(judged, client, { jkt, unproved });
      if (reason) return { kind: "refused", verdict: judged.verdict, reason, sessionId: judged.session_id };
      return {
        kind: "answered",
        verdict: judged.verdict,
        answer: await accessTokens.issue(client, toSubject(judged, boundTo(judged, client, jkt))),
        refreshToken: formatRefreshToken(keyRing, { ...token, generation: judged.generation }),
        expiresAt: judged.expires_at,
      };
    },
    async clientOf(refreshToken) {
      const token = parseRefreshToken(keyRing, refreshToken);
      if (!token) throw new AppError("refresh_token_malformed");
      const owner = await findGrantOwner(database.queries, token.grantId);
      if (!owner) throw new AppError("session_unknown");
      return owner.clientId;
    },
    fullFor: batcher.fullFor,
    async sessionOf(grantId) {
      return (await findGrantOwner(database.queries, grantId))?.sessionId ?? null;
    },
  };
}

function toEnding({ id, verdict }: JudgedGrant): Ending[] {
  return verdict === "reused" ? [{ subject: "grant", id, reason: "reuse_detected" }] : [];
}

/** The key that the access token is bound to: the grant's, or one that the client proves this time only. */
function boundTo({ binding }: JudgedGrant, client: Client, jkt: string | null): string | null {
  return binding ?? (client.dpop === "off" ? null : jkt);
}

function toSubject(judged: JudgedGrant, jkt: string | null) {
  return {
    jkt,
    grantId: judged.id,
    generation: judged.generation,
    sessionId: judged.session_id,
    userId: judged.user_id,
    accountId: judged.account_id,
    role: judged.role,
    scope: judged.scope,
    resource: judged.resource,
    authenticatedAt: judged.authenticated_at,
    expiresAt: judged.expires_at,
  };
}

interface Proved {
  readonly jkt: string | null;
  readonly unproved: Unproved | null;
}

function refusalOf(judged: JudgedGrant, client: Client, proved: Proved) {
  switch (judged.verdict) {
    case "unknown":
      return "session_unknown";
    case "revoked":
      return toldReason(judged.revoked_reason);
    case "expired":
      return "session_expired";
    case "unbound":
      return judged.client_id === client.id ? unprovedOf(proved) : "client_mismatch";
    case "reused":
      return "reuse_detected";
    default:
      return null;
  }
}

/** Where all was proved that was asked for, it was the grant that asked for more. */
function unprovedOf({ jkt, unproved }: Proved): Unproved {
  return unproved ?? (jkt === null ? "dpop_proof_missing" : "dpop_key_mismatch");
}

/** What the client is told of why its session was ended: enough to explain, not who did it. */
export function toldReason(reason: string | null): RefreshReason {
  switch (reason) {
    case "signed_out":
    case "reuse_detected":
    case "user_disabled":
    case "account_closed":
      return reason;
    case "user_deleted":
      return "user_disabled";
    default:
      return "session_revoked";
  }
}
