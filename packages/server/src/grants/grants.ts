import type { RevokedReason } from "@holdfast/protocol";
import type { Client } from "../clients/index.ts";
import type { Clock } from "../clock/clock.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import { uuidv7 } from "../crypto/uuid.ts";
import type { Events } from "../events/index.ts";
import type { RequestSource } from "../http/request-source.ts";
import type { Keys } from "../keys/index.ts";
import type { Database, Queries } from "../storage/database.ts";
import { createAccessTokens, type TokenAnswer, type TokenSubject } from "./access-token.ts";
import { createRefresh, type Refresh } from "./refresh.ts";
import { createHandle, formatRefreshToken, hashHandle } from "./refresh-token.ts";
import { type EndedGrant, endGrants, type GrantSelection, insertGrant } from "./store.ts";

export interface GrantsDeps {
  readonly database: Database;
  readonly events: Events;
  readonly clock: Clock;
  readonly keyRing: KeyRing;
  readonly keys: Keys;
  readonly issuer: string;
  /** Seconds: a session that is not used for this long ends, and no grant of it lives longer than that unused. */
  readonly sessionIdle: number;
  /** Told how many refreshes each statement carried. */
  readonly onBatch?: ((size: number) => void) | undefined;
}

/** What a grant is started for. */
export interface GrantRequest {
  readonly client: Client;
  readonly session: {
    readonly id: string;
    readonly userId: string;
    readonly authenticatedAt: Date;
    readonly expiresAt: Date;
  };
  readonly account: { readonly id: string; readonly role: string };
  readonly source: RequestSource;
}

/** A grant just started: its first refresh token, which nobody can write again without it, and its subject. */
export interface StartedGrant {
  readonly refreshToken: string;
  readonly subject: TokenSubject;
}

export interface Grants {
  /** Starts a lineage under a session, in the caller's transaction. The caller holds the session's row. */
  start(queries: Queries, request: GrantRequest): Promise<StartedGrant>;
  /** Mints an access token for a grant just started. */
  issue(client: Client, subject: TokenSubject): Promise<TokenAnswer>;
  readonly refresh: Refresh;
  /** Ends grants, in the caller's transaction, with an event each. */
  end(queries: Queries, selection: GrantSelection, reason: RevokedReason, requestId?: string): Promise<EndedGrant[]>;
}

export function createGrants({
  database,
  events,
  clock,
  keyRing,
  keys,
  issuer,
  sessionIdle,
  onBatch,
}: GrantsDeps): Grants {
  const accessTokens = createAccessTokens({ issuer, keys, clock });
  const idleOf = ({ lifetimes }: Client) => Math.min(lifetimes.refreshIdle, sessionIdle);

  async function start(queries: Queries, { client, session, account, source }: GrantRequest): Promise<StartedGrant> {
    const now = clock.now();
    const handle = createHandle();
    const expiresAt = new Date(Math.min(session.expiresAt.getTime(), now + client.lifetimes.refreshAbsolute * 1000));
    const subject: TokenSubject = {
      grantId: uuidv7(now),
      generation: 1,
      sessionId: session.id,
      userId: session.userId,
      accountId: account.id,
      role: account.role,
      scope: client.scope,
      resource: client.audience,
      authenticatedAt: session.authenticatedAt,
      expiresAt,
    };
    await insertGrant(queries, {
      ...subject,
      id: subject.grantId,
      handleHash: hashHandle(handle),
      clientId: client.id,
      createdAt: new Date(now),
      idleExpiresAt: new Date(now + idleOf(client) * 1000),
    });
    await events.append(queries, {
      type: "grant.started",
      sessionId: session.id,
      grantId: subject.grantId,
      userId: session.userId,
      accountId: account.id,
      clientId: client.id,
      requestId: source.requestId,
      data: { address: source.address, user_agent: source.userAgent },
    });
    const refreshToken = formatRefreshToken(keyRing, { grantId: subject.grantId, handle, generation: 1 });
    return { refreshToken, subject };
  }

  return {
    start,
    issue: accessTokens.issue,
    refresh: createRefresh({ database, clock, keyRing, accessTokens, idleOf, onBatch }),
    async end(queries, selection, reason, requestId) {
      const ended = await endGrants(queries, selection, reason, new Date(clock.now()));
      if (ended.length > 0) {
        await events.append(queries, ...ended.map((grant) => grantRevoked(grant, reason, requestId)));
      }
      return ended;
    },
  };
}

function grantRevoked(grant: EndedGrant, reason: RevokedReason, requestId: string | undefined) {
  return {
    type: "grant.revoked" as const,
    sessionId: grant.session_id,
    grantId: grant.id,
    userId: grant.user_id,
    accountId: grant.account_id,
    clientId: grant.client_id,
    requestId,
    data: { reason },
  };
}
