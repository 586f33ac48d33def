/**
 * Sessions: one sign-in of one user on one browser or device. Owns the session cookie, the idle and absolute limits, and
 * the end of a session with all its grants. Who may sign in is decided elsewhere.
 */
export type { SessionCleaningDeps } from "./cleaning.ts";
export { createSessionCleaning } from "./cleaning.ts";
export { showLiveSessions } from "./live-sessions.ts";
export type { EndedSessions, SessionStart, Sessions, SessionsDeps, SignedIn } from "./sessions.ts";
export { createSessions } from "./sessions.ts";
export type { Session, SessionFilter, SessionSelection } from "./store.ts";
