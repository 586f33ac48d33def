import type { AuthClient, AuthState } from "@holdfast/client";
import { backoffMs } from "./backoff.ts";
import { createTokenSource, type TokenSource } from "./token-source.ts";

/** What Convex calls for tokens: its `AuthTokenFetcher`. */
export type FetchAccessToken = (options: { readonly forceRefreshToken: boolean }) => Promise<string | null>;

/** What `ConvexProviderWithAuth` takes from its `useAuth`. The same object until something in it changes. */
export interface ConvexAuth {
  /** True until it is known whether anybody is signed in. */
  readonly isLoading: boolean;
  readonly isAuthenticated: boolean;
  /** Another function is another session to Convex: it signs out, and in again. */
  readonly fetchAccessToken: FetchAccessToken;
}

/** A session as one Convex client sees it. */
export interface ConvexBinding {
  readonly getSnapshot: () => ConvexAuth;
  /** Called when `getSnapshot` may answer something else. Answers with the way to stop. */
  readonly subscribe: (listener: () => void) => () => void;
  /**
   * Convex has said whether it is signed in. A no while the session lives is put right with a new fetcher: after a
   * second, then after longer, up to a minute. Answers with the way to drop that.
   */
  readonly report: (isConvexAuthenticated: boolean) => () => void;
}

/** Milliseconds of being signed in after which a refusal is a new one, and not the last one again. */
const HELD_MS = 60_000;

export function createConvexBinding(auth: AuthClient): ConvexBinding {
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of [...listeners]) listener();
  };
  const source = createTokenSource(auth, tell);
  let fetchAccessToken: FetchAccessToken = ({ forceRefreshToken }) => source.fetch(forceRefreshToken);
  let bound: Subject | undefined;
  let isRefused = false;
  let refusals = 0;
  let snapshot: ConvexAuth | undefined;

  /** Gives Convex another fetcher where it needs one; never while it waits for a token, or its socket stays shut. */
  function rebind(state: AuthState): void {
    const subject = subjectOf(state);
    if (subject === undefined || source.isPending()) return;
    const isOther = isAnother(bound, subject);
    if (isRefused || isOther) fetchAccessToken = createReopeningFetcher(source);
    if (isOther) {
      bound = undefined;
      source.forget();
    }
    isRefused = false;
    bound = {
      sid: subject.sid ?? bound?.sid,
      accountId: subject.accountId === undefined ? bound?.accountId : subject.accountId,
    };
  }

  function getSnapshot(): ConvexAuth {
    const { state } = auth;
    rebind(state);
    const { isLoading, isAuthenticated } = state;
    if (
      snapshot?.isLoading !== isLoading ||
      snapshot.isAuthenticated !== isAuthenticated ||
      snapshot.fetchAccessToken !== fetchAccessToken
    ) {
      snapshot = { isLoading, isAuthenticated, fetchAccessToken };
    }
    return snapshot;
  }

  function subscribe(listener: () => void): () => void {
    const stop = auth.subscribe(listener);
    listeners.add(listener);
    return () => {
      stop();
      listeners.delete(listener);
    };
  }

  function report(isConvexAuthenticated: boolean): () => void {
    const timer = setTimeout(
      () => {
        if (isConvexAuthenticated) refusals = 0;
        else if (auth.state.isAuthenticated) {
          refusals++;
          isRefused = true;
          tell();
        }
      },
      isConvexAuthenticated ? HELD_MS : backoffMs(refusals),
    );
    return () => clearTimeout(timer);
  }

  return { getSnapshot, subscribe, report };
}

/** Whom a fetcher brings tokens for; what is undefined is not known yet. An account may be null: known, and none. */
interface Subject {
  readonly sid: string | undefined;
  readonly accountId: string | null | undefined;
}

function subjectOf(state: AuthState): Subject | undefined {
  return state.isAuthenticated ? { sid: state.sid ?? undefined, accountId: state.user?.accountId } : undefined;
}

/** Whether this is somebody else. To learn more of the same one is none: a session found without network has no sid. */
function isAnother(bound: Subject | undefined, subject: Subject): boolean {
  return bound !== undefined && (differs(bound.sid, subject.sid) || differs(bound.accountId, subject.accountId));
}

function differs<Value>(known: Value | undefined, now: Value | undefined): boolean {
  return known !== undefined && now !== undefined && known !== now;
}

/**
 * A fetcher with no token in hand the first time: Convex then fetches one with force, and that way opens its socket
 * again, where taking the cached one would leave it shut.
 */
function createReopeningFetcher(source: TokenSource): FetchAccessToken {
  let isFirst = true;
  return async ({ forceRefreshToken }) => {
    const hasNone = isFirst && !forceRefreshToken;
    isFirst = false;
    return hasNone ? null : source.fetch(forceRefreshToken);
  };
}
