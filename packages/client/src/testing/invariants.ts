import type { Milliseconds } from "../env.ts";
import type { AuthState } from "../state.ts";
import type { Trace } from "./trace.ts";
import { formatMoment } from "./trace.ts";
import type { ServerFacts } from "./virtual-server.ts";

/** What must never happen in any world, whatever is broken in it. */
export type Invariant =
  | "no reload"
  | "no navigation"
  | "no end without a cause"
  | "one refresh at a time"
  | "no refresh loop"
  | "no unhandled rejection"
  | "no exception"
  | "no return of an ended session"
  | "no alarm at the server";

export interface Violation {
  readonly at: Milliseconds;
  readonly invariant: Invariant;
  readonly what: string;
}

/** Watches a world while it runs, and keeps what went wrong. */
export interface InvariantWatch {
  readonly violations: readonly Violation[];
  report(invariant: Invariant, who: string, what: string): void;
  /** A tab shows another state than before. */
  onState(tab: string, before: AuthState | null, after: AuthState): void;
  /** Somebody signs in: whoever was signed in here before is not any more, in any tab. */
  onSignIn(): void;
  /** Somebody signed out in this browser, on purpose. */
  onSignOut(tab: string, sid: string | null): void;
  /** A refresh has left; so many of the tab are under way now. */
  onRefresh(tab: string, underWay: number): void;
  checkServer(): void;
}

export interface InvariantWatchDeps {
  readonly now: () => Milliseconds;
  readonly trace: Trace;
  readonly facts: ServerFacts | undefined;
  /** Whether ended sessions can be remembered beyond a tab's life. */
  readonly remembers: () => boolean;
  /** So much went wrong that there is no point in going on: a page that reloads itself for ever. */
  readonly onHopeless: () => void;
}

const hopelessAfter = 40;
const loopWithin = 60_000;
const loopFrom = 100;

export function createInvariantWatch(deps: InvariantWatchDeps): InvariantWatch {
  const { now, trace, facts, remembers } = deps;
  const violations: Violation[] = [];
  const ended = new Set<string>();
  /** Given up by a person: by signing out, or by signing in anew. */
  const givenUp = new Set<string>();
  const shown = new Set<string>();
  /** Tabs in which the person asked to leave: what ends may be a session that the tab had not shown yet. */
  const leaving = new Set<string>();
  const refreshes = new Map<string, Milliseconds[]>();
  let alarmsSeen = 0;

  function report(invariant: Invariant, who: string, what: string): void {
    violations.push({ at: now(), invariant, what: `${who}: ${what}` });
    trace.add(who, `✗ ${invariant}: ${what}`);
    if (violations.length === hopelessAfter) deps.onHopeless();
  }

  /** A session ends by the server's word or the person's, and by nothing else. */
  function hasCause(sid: string | null): boolean {
    if (sid === null) return givenUp.size > 0 || facts === undefined;
    return givenUp.has(sid) || (facts?.isOver(sid) ?? true);
  }

  function onState(tab: string, before: AuthState | null, after: AuthState): void {
    if (after.isAuthenticated && after.sid !== null) shown.add(after.sid);
    if (after.status === "ended") {
      if (after.reason === "signed_out" && leaving.has(tab) && after.sid !== null) givenUp.add(after.sid);
      if (!hasCause(after.sid)) report("no end without a cause", tab, `ended (${after.reason}), but the session lives`);
      if (after.sid !== null) ended.add(after.sid);
    }
    // In the same document and session, or out of nowhere: who is signed in at the server stays so here.
    if (after.status === "anonymous" && before?.isAuthenticated && !hasCause(before.sid)) {
      report("no end without a cause", tab, "anonymous, but the session lives");
    }
    if (
      after.isAuthenticated &&
      !before?.isAuthenticated &&
      after.sid !== null &&
      remembers() &&
      ended.has(after.sid)
    ) {
      report("no return of an ended session", tab, `${after.status} with ${after.sid}, which had ended`);
    }
  }

  return {
    violations,
    report,
    onState,
    onSignIn() {
      for (const sid of shown) givenUp.add(sid);
    },
    onSignOut(tab, sid) {
      leaving.add(tab);
      if (sid !== null) {
        givenUp.add(sid);
        ended.add(sid);
      }
    },
    onRefresh(tab, underWay) {
      if (underWay > 1) report("one refresh at a time", tab, `${underWay} refreshes under way`);
      const recent = [...(refreshes.get(tab) ?? []), now()].filter((at) => at > now() - loopWithin);
      refreshes.set(tab, recent);
      if (recent.length !== loopFrom) return;
      report("no refresh loop", tab, `${loopFrom} refreshes in a minute`);
      deps.onHopeless();
    },
    checkServer() {
      const alarms = facts?.alarms() ?? [];
      for (const alarm of alarms.slice(alarmsSeen)) report("no alarm at the server", "server", alarm);
      alarmsSeen = alarms.length;
    },
  };
}

/** One line a violation. */
export function formatViolations(violations: readonly Violation[]): string {
  return violations.map(({ at, invariant, what }) => `${formatMoment(at)}  ${invariant}: ${what}`).join("\n");
}
