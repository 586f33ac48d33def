import type { CookieWrite } from "../cookies/cookie-header.ts";
import type { CarriedSession, SessionCookies } from "../cookies/session-cookies.ts";
import type { Emit } from "../settings/events.ts";
import type { Renewals } from "./renewals.ts";
import type { Session, Tombstone } from "./session.ts";
import type { Judge, Judgement, Standing } from "./standing.ts";

/** How a request stands, and what its answer must set so that the browser knows too. */
export interface Resumed {
  readonly standing: Standing;
  readonly writes: readonly CookieWrite[];
  /** Milliseconds until it is worth asking Holdfast again; null where nothing is the matter. */
  readonly retryInMs: number | null;
  /** Why the account that was asked for is not to be had. */
  readonly declined?: "account_forbidden";
}

export interface ResumeOptions {
  /** An access token that will not do, though it may look usable. */
  readonly isRefused?: (session: Session) => boolean;
  /** The account to act for from here on. Default: the one the session acts for. */
  readonly account?: string | null;
}

export interface Sessions {
  /** How a request stands, as its cookies have it: where none can be written. Asks Holdfast nothing. */
  look(cookieHeader: string | null): Promise<Standing>;
  /** How a request stands, after a refresh where one is due. */
  resume(cookieHeader: string | null, options?: ResumeOptions): Promise<Resumed>;
  /** Begins a session in place of whatever the browser had. */
  start(cookieHeader: string | null, session: Session): Promise<readonly CookieWrite[]>;
  /**
   * Ends it, here at once, and at Holdfast now or as soon as that can be reached.
   *
   * @param sid the session that is meant: another, of somebody who has signed in since, is left alone; null for any
   */
  signOut(
    cookieHeader: string | null,
    sid: string | null,
  ): Promise<{ readonly writes: readonly CookieWrite[]; readonly isTold: boolean }>;
}

/** For a token that is still good nobody waits long; without one there is nothing else to do. */
const patienceMs = { usable: 1_500, unusable: 8_000 };

export function createSessions(deps: {
  readonly cookies: SessionCookies;
  readonly judge: Judge;
  readonly renewals: Renewals;
  readonly emit: Emit;
}): Sessions {
  const { cookies, judge, renewals, emit } = deps;

  async function read(cookieHeader: string | null): Promise<CarriedSession> {
    const carried = await cookies.read(cookieHeader);
    if (carried.unreadable.length > 0) emit({ type: "cookie_unreadable", cookies: carried.unreadable.length });
    return carried;
  }

  /** What a browser without a session brings: perhaps the end of one, and perhaps one that Holdfast is still to hear of. */
  async function withoutSession(carried: CarriedSession): Promise<Resumed> {
    const { ended } = carried;
    if (!ended) return { standing: { status: "anonymous" }, writes: [], retryInMs: null };
    const isTold = ended.refreshToken !== null && (await renewals.revokeLater(ended.refreshToken));
    const writes = isTold ? await cookies.end(carried, { ...ended, refreshToken: null }) : [];
    return { standing: endedBy(ended), writes, retryInMs: null };
  }

  async function renew(
    carried: CarriedSession,
    session: Session,
    { token, account }: { readonly token: Judgement["token"]; readonly account: string | null },
  ): Promise<Resumed> {
    const patience = token === "usable" && account === null ? patienceMs.usable : patienceMs.unusable;
    const renewal = await renewals.renew(session, patience, account);
    if (renewal.kind === "declined") return { ...inTrouble(session, token, 0), declined: renewal.code };
    if (renewal.kind === "trouble") return inTrouble(session, token, renewal.retryInMs);
    if (renewal.kind === "renewed") {
      const writes = await cookies.write(carried, renewal.session);
      return { standing: { status: "active", session: renewal.session }, writes, retryInMs: null };
    }
    const tombstone = tombstoneOf(session, renewal.reason);
    return { standing: endedBy(tombstone), writes: await cookies.end(carried, tombstone), retryInMs: null };
  }

  function inTrouble(session: Session, token: Judgement["token"], retryInMs: number): Resumed {
    // The feed has said it; only the reason is wanting. The cookie stays until Holdfast gives it.
    if (token === "revoked")
      return { standing: endedBy(tombstoneOf(session, "session_revoked")), writes: [], retryInMs };
    return { standing: { status: token === "usable" ? "degraded" : "stale", session }, writes: [], retryInMs };
  }

  return {
    async look(cookieHeader) {
      const { session, ended } = await read(cookieHeader);
      if (!session) return ended ? endedBy(ended) : { status: "anonymous" };
      const { token, isDue } = await judge(session);
      if (token === "revoked") return endedBy(tombstoneOf(session, "session_revoked"));
      if (token === "unusable") return { status: "stale", session };
      return { status: isDue ? "degraded" : "active", session };
    },
    async resume(cookieHeader, { isRefused = () => false, account = null } = {}) {
      const carried = await read(cookieHeader);
      const { session } = carried;
      if (!session) return withoutSession(carried);
      const { token, isDue } = await judge(session);
      const isSwitch = account !== null && account !== session.claims.account;
      const choice = isSwitch ? account : null;
      if (isDue || isSwitch || isRefused(session)) return renew(carried, session, { token, account: choice });
      return { standing: { status: token === "usable" ? "active" : "stale", session }, writes: [], retryInMs: null };
    },
    async start(cookieHeader, session) {
      return cookies.replace(await read(cookieHeader), session);
    },
    async signOut(cookieHeader, sid) {
      const carried = await read(cookieHeader);
      const { session } = carried;
      if (!session || (sid !== null && sid !== session.claims.sid)) return { writes: [], isTold: true };
      const isTold = await renewals.revoke(session.refreshToken);
      const tombstone = tombstoneOf(session, "signed_out", isTold ? null : session.refreshToken);
      return { writes: await cookies.end(carried, tombstone), isTold };
    },
  };
}

function tombstoneOf({ claims }: Session, reason: Tombstone["reason"], refreshToken: string | null = null): Tombstone {
  return { grantId: claims.grant_id, sid: claims.sid, reason, refreshToken };
}

function endedBy({ sid, reason }: Tombstone): Standing {
  return { status: "ended", sid, reason };
}
