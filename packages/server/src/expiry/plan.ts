import type { Session } from "../sessions/index.ts";

/** In seconds. */
export interface ExpirySettings {
  readonly idle: number;
  readonly absolute: number;
  /** How long before its end a session's end is told of; a quarter of its limit at most. */
  readonly expiringNotice: number;
}

/** What follows from a look at a session. */
export interface Plan {
  /** What is to be told now. */
  readonly tell: "expiring" | "expired" | null;
  readonly end: Date;
  readonly reason: "idle_limit" | "absolute_limit";
  /** When to look again; null when nothing is left to see. */
  readonly checkAt: Date | null;
}

// A refresh that was judged just before the end may still be on its way into the database, and the session with it.
const certainAfterMs = 15_000;
// Limits are settings: where they were shortened, a session ends sooner than when it was last looked at.
const lookEveryMs = 86_400_000;

/** Decides what to tell of a session, and when to look at it again. */
export function planFor(
  session: Pick<Session, "idleExpiresAt" | "expiresAt" | "revokedAt">,
  { now, settings }: { readonly now: number; readonly settings: ExpirySettings },
): Plan {
  const isIdle = session.idleExpiresAt < session.expiresAt;
  const end = isIdle ? session.idleExpiresAt : session.expiresAt;
  const about = { end, reason: isIdle ? "idle_limit" : "absolute_limit" } as const;
  if (session.revokedAt !== null && session.revokedAt < end) return { ...about, tell: null, checkAt: null };
  const certainAt = end.getTime() + certainAfterMs;
  if (now >= certainAt) return { ...about, tell: "expired", checkAt: null };
  const noticeAt = end.getTime() - noticeMs(isIdle ? settings.idle : settings.absolute, settings);
  if (now < noticeAt) return { ...about, tell: null, checkAt: new Date(Math.min(noticeAt, now + lookEveryMs)) };
  // Not looked at again before the end: it is told of once. Where the end has come already, only that is still news.
  return { ...about, tell: now < end.getTime() ? "expiring" : null, checkAt: new Date(certainAt) };
}

/** When to look at a session first that starts at a moment. */
export function firstCheckAt(start: Date, settings: ExpirySettings): Date {
  const untilNotice = [settings.idle, settings.absolute].map((limit) => limit * 1000 - noticeMs(limit, settings));
  return new Date(start.getTime() + Math.min(...untilNotice, lookEveryMs));
}

/** A session with a limit of an hour would otherwise always be about to end. */
function noticeMs(limit: number, { expiringNotice }: ExpirySettings): number {
  return Math.min(expiringNotice, limit / 4) * 1000;
}
