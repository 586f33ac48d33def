import type { RevokedReason } from "@holdfast/protocol";
import type { Clock } from "../clock/clock.ts";
import { isSameSecret } from "../crypto/digest.ts";
import { isUuid, uuidv7 } from "../crypto/uuid.ts";
import type { Events } from "../events/index.ts";
import type { Failover } from "../failover/index.ts";
import { type EndOrigin, endingData, type Grants } from "../grants/index.ts";
import type { RequestSource } from "../http/request-source.ts";
import type { Database, Queries } from "../storage/database.ts";
import { createSessionCookie, parseSessionCookie } from "./session-cookie.ts";
import {
  endSessions,
  findSession,
  holdSession,
  insertSession,
  listLiveIds,
  listSessions,
  reauthenticateSession,
  type Session,
  type SessionFilter,
  type SessionSelection,
  type StoredSession,
  touchSession,
} from "./store.ts";

// Two tabs may finish a sign-in at once, and the browser keeps whichever cookie came last.
const formerCookieWorksMs = 60_000;
// Of the connections that are kept for ending things, a look for what to end leaves one to those who have found it.
const mostUrgentLooks = 1;
// Using a session moves its idle limit, but not with a write at every request.
const touchEveryMs = 60_000;
// Sessions that end in one transaction, where a person has more. Most have one or two grants.
const chunkSize = 100;

export interface SessionsDeps {
  readonly database: Database;
  readonly events: Events;
  readonly clock: Clock;
  readonly failover: Pick<Failover, "hasEnded">;
  readonly grants: Grants;
  readonly settings: {
    /** Seconds. */
    readonly idle: number;
    /** Seconds. */
    readonly absolute: number;
  };
}

/** A session, and the value its cookie must now have. */
export interface SignedIn {
  readonly session: Session;
  readonly cookie: string;
}

export interface SessionStart {
  readonly userId: string;
  readonly provider: string;
  readonly source: RequestSource;
}

/** What was live, and has ended now. */
export interface EndedSessions {
  readonly sessionIds: readonly string[];
  /** How many, of these sessions. */
  readonly grants: number;
}

export interface Sessions {
  start(queries: Queries, start: SessionStart): Promise<SignedIn>;
  /** The same person signed in again in the same browser: the session goes on under a new cookie. Null when it ended. */
  reauthenticate(queries: Queries, session: Session, source: RequestSource): Promise<SignedIn | null>;
  /**
   * The live session a cookie belongs to; null for anything else. Using it moves its idle limit; not where it `isUrgent`,
   * to end it, which waits for nobody: not for those who do something else, and for few who look for theirs.
   */
  authenticate(cookie: string | undefined, options?: { readonly isUrgent?: boolean }): Promise<Session | null>;
  /** The session that a cookie names, of which nothing is verified; null when it names none. */
  claimedBy(cookie: string | undefined): string | null;
  /** Whether a cookie proves a person other than the one of a session. A cookie that proves nobody does not. */
  provesSomebodyElse(cookie: string | undefined, sessionId: string): Promise<boolean>;
  /** Keeps a session from ending while something is begun under it, in the caller's transaction. */
  hold(queries: Queries, id: string): Promise<boolean>;
  list(filter: SessionFilter): Promise<Session[]>;
  /** Any session, live or ended; within the caller's transaction where there is one. */
  find(id: string, queries?: Queries): Promise<Session | null>;
  /**
   * Ends sessions and their grants, each session in one transaction with its events; a person's many in chunks, as
   * `grants.endAll` does.
   */
  revoke(selection: SessionSelection, reason: RevokedReason, origin?: EndOrigin): Promise<EndedSessions>;
  /** The same within the caller's transaction, who announces the events after the commit. */
  revokeWithin(
    queries: Queries,
    selection: SessionSelection,
    reason: RevokedReason,
    origin?: EndOrigin,
  ): Promise<EndedSessions>;
}

export function createSessions({ database, events, clock, failover, grants, settings }: SessionsDeps): Sessions {
  let urgentLooks = 0;
  const idleFrom = (now: number) => new Date(now + settings.idle * 1000);

  async function start(queries: Queries, { userId, provider, source }: SessionStart): Promise<SignedIn> {
    const now = clock.now();
    const id = uuidv7(now);
    const cookie = createSessionCookie(id);
    const { userAgent, address, requestId } = source;
    const session = {
      id,
      userId,
      provider,
      userAgent,
      address,
      createdAt: new Date(now),
      idleExpiresAt: idleFrom(now),
      expiresAt: new Date(now + settings.absolute * 1000),
    };
    await insertSession(queries, { ...session, cookieHash: cookie.secretHash });
    await events.append(queries, {
      type: "session.started",
      sessionId: id,
      userId,
      requestId,
      data: { provider, address, user_agent: userAgent },
    });
    const times = { authenticatedAt: session.createdAt, lastUsedAt: session.createdAt };
    return { session: { ...session, ...times, revokedAt: null, revokedReason: null }, cookie: cookie.value };
  }

  async function reauthenticate(queries: Queries, session: Session, source: RequestSource): Promise<SignedIn | null> {
    const now = new Date(clock.now());
    const cookie = createSessionCookie(session.id);
    const idleExpiresAt = idleFrom(now.getTime());
    const isLive = await reauthenticateSession(queries, {
      id: session.id,
      cookieHash: cookie.secretHash,
      now,
      idleExpiresAt,
    });
    if (!isLive) return null;
    await events.append(queries, {
      type: "session.reauthenticated",
      sessionId: session.id,
      userId: session.userId,
      requestId: source.requestId,
      data: { address: source.address, user_agent: source.userAgent },
    });
    return { session: { ...session, authenticatedAt: now, lastUsedAt: now, idleExpiresAt }, cookie: cookie.value };
  }

  /**
   * The session as its cookie proves it; null for a wrong one. The cookie from before a new sign-in, which a thief may
   * hold as well, proves nothing of that sign-in.
   */
  function proved({ cookieHash, formerCookieHash, cookieRotatedAt, ...session }: StoredSession, secretHash: Buffer) {
    if (isSameSecret(secretHash, cookieHash)) return session;
    const isRecent = clock.now() - cookieRotatedAt.getTime() < formerCookieWorksMs;
    if (!isRecent || formerCookieHash === null || !isSameSecret(secretHash, formerCookieHash)) return null;
    return { ...session, authenticatedAt: session.createdAt };
  }

  function isLive(session: Session): boolean {
    const now = clock.now();
    return session.revokedAt === null && now < session.expiresAt.getTime() && now < session.idleExpiresAt.getTime();
  }

  const find = (id: string, queries = database.queries) => findSession(queries, id, settings.idle);

  async function findUrgently(id: string): Promise<StoredSession | null> {
    if (urgentLooks >= mostUrgentLooks) return find(id);
    urgentLooks += 1;
    try {
      return await find(id, database.urgent.queries);
    } finally {
      urgentLooks -= 1;
    }
  }

  async function authenticate(value: string | undefined, { isUrgent = false } = {}): Promise<Session | null> {
    const cookie = parseSessionCookie(value);
    if (!cookie) return null;
    const stored = await (isUrgent ? findUrgently(cookie.sessionId) : find(cookie.sessionId));
    const session = stored && proved(stored, cookie.secretHash);
    if (!session || !isLive(session)) return null;
    // The database may have lost the end in a failover, and not have it again yet.
    if (failover.hasEnded(session.id)) return null;
    const idleExpiresAt = idleFrom(clock.now());
    if (!isUrgent && idleExpiresAt.getTime() - session.idleExpiresAt.getTime() >= touchEveryMs) {
      await touchSession(database.queries, session.id, idleExpiresAt);
    }
    return session;
  }

  async function provesSomebodyElse(value: string | undefined, sessionId: string): Promise<boolean> {
    // Nearly always, and without a query.
    if (parseSessionCookie(value)?.sessionId === sessionId) return false;
    const session = await authenticate(value);
    if (!session) return false;
    const other = await find(sessionId);
    return other?.userId !== session.userId;
  }

  async function revokeWithin(
    queries: Queries,
    selection: SessionSelection,
    reason: RevokedReason,
    origin: EndOrigin = {},
  ): Promise<EndedSessions> {
    const ended = await endSessions(queries, selection, reason, new Date(clock.now()));
    if (ended.length === 0) return { sessionIds: [], grants: 0 };
    const sessionIds = ended.map(({ id }) => id);
    // All at once, and so in the order of their ids: session by session, it and a batch of refreshes could each hold a
    // grant that the other waits for.
    const endedGrants = await grants.end(queries, { sessionIds }, reason, origin);
    await events.append(
      queries,
      ...ended.map(({ id, user_id }) => ({
        type: "session.revoked" as const,
        sessionId: id,
        userId: user_id,
        requestId: origin.requestId,
        data: endingData(reason, origin),
      })),
    );
    return { sessionIds, grants: endedGrants.length };
  }

  async function revokeAtOnce(selection: SessionSelection, reason: RevokedReason, origin?: EndOrigin) {
    const ended = await database.urgent.transaction((tx) => revokeWithin(tx, selection, reason, origin));
    if (ended.sessionIds.length > 0) events.announce();
    return ended;
  }

  async function revokeInChunks(ids: readonly string[], reason: RevokedReason, origin?: EndOrigin) {
    const ended = { sessionIds: [] as string[], grants: 0 };
    for (let first = 0; first < ids.length; first += chunkSize) {
      const chunk = await revokeAtOnce({ ids: ids.slice(first, first + chunkSize) }, reason, origin);
      ended.sessionIds.push(...chunk.sessionIds);
      ended.grants += chunk.grants;
    }
    return ended;
  }

  return {
    start,
    reauthenticate,
    authenticate,
    claimedBy: (cookie) => parseSessionCookie(cookie)?.sessionId ?? null,
    provesSomebodyElse,
    hold: async (queries, id) => !failover.hasEnded(id) && (await holdSession(queries, id)),
    list: (filter) =>
      listSessions(database.queries, filter, { now: new Date(clock.now()), idleSeconds: settings.idle }),
    find: async (id, queries) => (isUuid(id) ? find(id, queries) : null),
    async revoke(selection, reason, origin) {
      if ("id" in selection) return revokeAtOnce(selection, reason, origin);
      const ids = "ids" in selection ? selection.ids : await listLiveIds(database.urgent.queries, selection.userId);
      return revokeInChunks(ids, reason, origin);
    },
    revokeWithin,
  };
}
