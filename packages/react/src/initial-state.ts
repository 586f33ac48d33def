import type { AuthState } from "@holdfast/client";

/**
 * What a server renders, and a browser until it has looked: nobody knows yet. One object for good, because React
 * compares the snapshots of the server and of the hydration by identity.
 */
export const INITIAL_STATE: AuthState = Object.freeze({
  status: "initializing",
  isAuthenticated: false,
  isLoading: true,
});
