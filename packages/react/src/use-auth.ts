import type { AuthClient, AuthState, AuthUser } from "@holdfast/client";
import { useContext, useMemo, useSyncExternalStore } from "react";
import type { AuthActions } from "./auth-actions.ts";
import { INITIAL_STATE } from "./initial-state.ts";
import { HoldfastContext, type HoldfastContextValue } from "./provider.ts";

/** The state of the session and what can be done with it, in one object. */
export type Auth = AuthState & AuthActions;

/**
 * The session: its state, and `getToken`, `fetch`, `signIn`, `signOut`, `switchAccount`. The object is the same until
 * the state changes, the functions for as long as the client is.
 *
 * @example
 * const auth = useAuth();
 * if (auth.isLoading) return <Spinner />;
 * if (auth.status === "ended") return <p>You were signed out: {auth.reason}.</p>;
 * if (!auth.isAuthenticated) return <button onClick={() => auth.signIn()}>Sign in</button>;
 *
 * @throws Error outside a `HoldfastProvider`
 */
export function useAuth(): Auth {
  const { actions } = useHoldfast();
  const state = useAuthState();
  return useMemo(() => ({ ...state, ...actions }), [state, actions]);
}

/** Who is signed in; null while nobody is, and while that is not known. */
export function useUser(): AuthUser | null {
  return useAuthState(userOf);
}

/**
 * The state, or a part of it; renders again when that part is another (`Object.is`).
 *
 * @example
 * const isOnTrouble = useAuthState((state) => state.status === "degraded" || state.status === "stale");
 *
 * @throws Error outside a `HoldfastProvider`
 */
export function useAuthState(): AuthState;
export function useAuthState<Part>(select: (state: AuthState) => Part): Part;
export function useAuthState(select: (state: AuthState) => unknown = whole): unknown {
  const { client } = useHoldfast();
  return useSyncExternalStore(
    client.subscribe,
    () => select(client.state),
    () => select(INITIAL_STATE),
  );
}

/**
 * The client itself, for what has no hook: `on`, `check`, `ready`, `handleCallback`.
 *
 * @throws Error outside a `HoldfastProvider`
 */
export function useAuthClient(): AuthClient {
  return useHoldfast().client;
}

function useHoldfast(): HoldfastContextValue {
  const value = useContext(HoldfastContext);
  if (value === null) throw new Error("There is no HoldfastProvider above this component.");
  return value;
}

function whole(state: AuthState): AuthState {
  return state;
}

function userOf(state: AuthState): AuthUser | null {
  return state.isAuthenticated ? state.user : null;
}
