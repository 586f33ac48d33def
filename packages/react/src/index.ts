"use client";

/**
 * Holdfast in React: a client of `@holdfast/client` for a tree of components, and hooks that read it. What a session is
 * and when it ends is decided there; nothing here knows better.
 */
export type { AuthActions } from "./auth-actions.ts";
export { HoldfastProvider, type HoldfastProviderProps } from "./provider.ts";
export { SignedIn, SignedOut, type SignedOutProps } from "./signed-in.ts";
export { type Auth, useAuth, useAuthClient, useAuthState, useUser } from "./use-auth.ts";
