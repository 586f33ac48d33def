import type { AuthClient, AuthState, AuthUser } from "@holdfast/client";

/** A client whose state is what the test says, and which notes what is asked of it. */
export interface FakeClient extends AuthClient {
  /** Sets the state and tells the subscribers, in one tick. */
  readonly enter: (state: AuthState) => void;
  /** The subscribers that have not left. */
  readonly subscribers: () => number;
  readonly calls: string[];
}

export function createFakeClient(initial: AuthState = initializing): FakeClient {
  const listeners = new Set<() => void>();
  const calls: string[] = [];
  let state = initial;

  function enter(next: AuthState): void {
    state = next;
    for (const listener of [...listeners]) listener();
  }

  return {
    get state() {
      return state;
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    ready: async () => state,
    getToken: async (options) => {
      calls.push(`getToken ${JSON.stringify(options ?? {})}`);
      return state.isAuthenticated ? "token" : null;
    },
    fetch: async (input) => {
      calls.push(`fetch ${String(input)}`);
      return new Response("ok");
    },
    signIn: async () => void calls.push("signIn"),
    handleCallback: async () => false,
    signOut: async () => {
      calls.push("signOut");
      enter(ended("signed_out"));
    },
    switchAccount: async (accountId) => void calls.push(`switchAccount ${accountId}`),
    check: async () => state,
    on: () => () => {},
    dispose: () => {
      calls.push("dispose");
      enter({ status: "disposed", isAuthenticated: false, isLoading: false });
    },
    enter,
    subscribers: () => listeners.size,
    calls,
  };
}

export const ada: AuthUser = { userId: "u_ada", accountId: "a_1", role: "owner", claims: { sub: "u_ada" } };

export const initializing: AuthState = { status: "initializing", isAuthenticated: false, isLoading: true };
export const anonymous: AuthState = { status: "anonymous", isAuthenticated: false, isLoading: false };

export function live(status: "active" | "degraded" | "stale", user: AuthUser | null = ada): AuthState {
  return { status, isAuthenticated: true, isLoading: false, sid: "s_1", user };
}

export function ended(reason: Extract<AuthState, { status: "ended" }>["reason"]): AuthState {
  return { status: "ended", isAuthenticated: false, isLoading: false, sid: "s_1", reason };
}
