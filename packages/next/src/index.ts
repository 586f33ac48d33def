"use client";

/**
 * Holdfast in the browser of a Next.js app: the hooks of `@holdfast/react`, over a session that the app's own server
 * keeps.
 */
export {
  type Auth,
  type AuthActions,
  SignedIn,
  SignedOut,
  type SignedOutProps,
  useAuth,
  useAuthClient,
  useAuthState,
  useUser,
} from "@holdfast/react";
export { HoldfastProvider, type HoldfastProviderProps } from "./client/provider.ts";
