import type { Client } from "../clients/index.ts";
import type { Clock } from "../clock/clock.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import { uuidv7 } from "../crypto/uuid.ts";
import type { Events } from "../events/index.ts";
import type { Failover } from "../failover/index.ts";
import type { RequestSource } from "../http/request-source.ts";
import type { Keys } from "../keys/index.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Database, Queries } from "../storage/database.ts";
import { createAccessTokens, type TokenAnswer, type TokenSubject } from "./access-token.ts";
import { createEnding, type GrantEndings } from "./ending.ts";
import { createInspection, type Inspection } from "./inspection.ts";
import { createGrantMetrics } from "./metrics.ts";
import { createRefresh, type Refresh } from "./refresh.ts";
import type { HeldGeneration } from "./refresh-cookies.ts";
import { createHandle, formatRefreshToken, hashHandle } from "./refresh-token.ts";
import { insertGrant, listGrantsOf } from "./store.ts";

export interface GrantsDeps {
  readonly database: Database;
  readonly events: Events;
  readonly clock: Clock;
  readonly failover: Pick<Failover, "epoch" | "enter" | "note">;
  readonly keyRing: KeyRing;
  readonly keys: Keys;
  readonly issuer: string;
  /** Seconds: a session that is not used for this long ends, and no grant of it lives longer than that unused. */
  readonly sessionIdle: number;
  readonly metrics: Metrics;
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
  /** The thumbprint of the key whose possession the client proved. Default: none. */
  readonly jkt?: string | null | undefined;
  readonly source: RequestSource;
}

/** A grant just started: its first refresh token, which nobody can write again without it, and its subject. */
export interface StartedGrant {
  readonly refreshToken: string;
  readonly subject: TokenSubject;
}

export interface Grants extends GrantEndings, Inspection {
  /** Starts a lineage under a session, in the caller's transaction. The caller holds the session's row. */
  start(queries: Queries, request: GrantRequest): Promise<StartedGrant>;
  /** Mints an access token for a grant just started. */
  issue(client: Client, subject: TokenSubject): Promise<TokenAnswer>;
  readonly refresh: Refresh;
  /** The grants under a session, live or ended. */
  listOf(sessionId: string): Promise<(HeldGeneration & { readonly clientId: string })[]>;
}

export function createGrants({
  database,
  events,
  clock,
  failover,
  keyRing,
  keys,
  issuer,
  sessionIdle,
  metrics,
}: GrantsDeps): Grants {
  const counted = createGrantMetrics(metrics);
  const accessTokens = counted.countIssued(createAccessTokens({ issuer, keys, clock }));
  const idleOf = ({ lifetimes }: Client) => Math.min(lifetimes.refreshIdle, sessionIdle);
  const { onBatch } = counted;
  const refresh = createRefresh({ database, clock, failover, keyRing, accessTokens, idleOf, onBatch });

  async function start(queries: Queries, request: GrantRequest): Promise<StartedGrant> {
    const { client, session, account, jkt = null, source } = request;
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
      jkt,
      expiresAt,
    };
    await insertGrant(queries, {
      ...subject,
      id: subject.grantId,
      handleHash: hashHandle(handle),
      // A confidential client's is bound to its secret already, and so its key can be replaced (RFC 9449, section 5).
      binding: client.type === "public" ? jkt : null,
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

  const endings = createEnding({ database, events, clock });
  return {
    start,
    issue: accessTokens.issue,
    refresh: counted.countRefreshes(refresh),
    ...endings,
    ...createInspection({ database, clock, keyRing }),
    listOf: (sessionId) => listGrantsOf(database.urgent.queries, sessionId),
  };
}
