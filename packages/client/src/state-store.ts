import { createListeners } from "./listeners.ts";
import type { AuthState, AuthStatus } from "./state.ts";

/** What a state says beside its status. */
export type StateDetails = Partial<
  Pick<AuthState & { status: "active" }, "sid" | "user"> & Pick<AuthState & { status: "ended" }, "reason">
>;

export interface StateStore {
  /** The same object until something changes. */
  get(): AuthState;
  /** Takes the new state over, if it says anything new, and tells everybody in the same turn. */
  set(status: AuthStatus, details?: StateDetails): void;
  subscribe(listener: () => void): () => void;
}

export function createStateStore(): StateStore {
  const { add, tell } = createListeners<void>();
  let state = stateOf("initializing");
  return {
    get: () => state,
    set(status, details) {
      const next = stateOf(status, details);
      if (isSame(state, next)) return;
      const user = "user" in state ? state.user : null;
      state = "user" in next && isSame(user, next.user) ? { ...next, user } : next;
      tell();
    },
    subscribe: add,
  };
}

const stateOf = (status: AuthStatus, details?: StateDetails) =>
  ({
    status,
    isAuthenticated: ["active", "degraded", "stale"].includes(status),
    isLoading: status === "initializing",
    ...details,
  }) as AuthState;

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
