import type { Milliseconds } from "../../env.ts";
import { formatRefreshToken, type Grant } from "./grant.ts";

/** One sign-in of one person in one browser. */
export interface Session {
  readonly sid: string;
  readonly userId: string;
  /** What the browser's session cookie holds. */
  readonly secret: string;
  /** Why it is over, or null. */
  ended: string | null;
}

/** Sessions and grants, in memory: what the engine has in PostgreSQL. */
export interface Ledger {
  readonly sessions: Map<string, Session>;
  readonly grants: Map<string, Grant>;
  startSession(userId: string): Session;
  startGrant(session: Session, start: GrantStart): Grant;
  sessionBySecret(secret: string): Session | null;
  /** Ends a session with all its grants. */
  end(sid: string, reason: string): void;
  /** The grant's newest token, as a thief would copy it. */
  newestToken(grant: Grant): string;
}

export interface GrantStart {
  readonly clientId: string;
  readonly now: Milliseconds;
  /** Default: none. */
  readonly binding?: string | null;
}

export interface LedgerOptions {
  readonly idle: Milliseconds;
  readonly absolute: Milliseconds;
}

export function createLedger({ idle, absolute }: LedgerOptions): Ledger {
  const sessions = new Map<string, Session>();
  const grants = new Map<string, Grant>();
  return {
    sessions,
    grants,
    startSession(userId) {
      const number = numberOf(sessions);
      const session: Session = { sid: `sid_${userId}_${number}`, userId, secret: `secret_${number}`, ended: null };
      sessions.set(session.sid, session);
      return session;
    },
    startGrant({ sid, userId }, { clientId, now, binding = null }) {
      const number = numberOf(grants);
      const grant: Grant = {
        id: `grant-${number}`,
        handle: `handle-${number}`,
        sid,
        userId,
        account: `acc_${userId}`,
        clientId,
        generation: 1,
        attempt: null,
        replacedAt: [],
        idleExpiresAt: now + idle,
        expiresAt: now + absolute,
        revoked: null,
        binding,
      };
      grants.set(grant.id, grant);
      return grant;
    },
    sessionBySecret: (secret) => [...sessions.values()].find((each) => each.secret === secret) ?? null,
    end(sid, reason) {
      const session = sessions.get(sid);
      if (!session || session.ended !== null) return;
      session.ended = reason;
      for (const grant of grants.values()) if (grant.sid === sid) grant.revoked ??= reason;
    },
    newestToken: (grant) => formatRefreshToken(grant, grant.generation),
  };
}

/** A later one is greater, and a person can read them in a trace. */
function numberOf({ size }: ReadonlyMap<string, unknown>): string {
  return String(size + 1).padStart(4, "0");
}
