"use client";

/**
 * Holdfast sessions for Convex. Convex takes a null for the end of the session and a throw for the end of its socket, so
 * trouble is answered with neither: the promise stays pending until there is a token, or no session any more.
 */
export { type ConnectOptions, type ConvexAuthTarget, connectConvexAuth } from "./connect-convex-auth.ts";
export type { ConvexAuth, FetchAccessToken } from "./convex-binding.ts";
export { ConvexProviderWithHoldfast, type ConvexProviderWithHoldfastProps, useAuthFromHoldfast } from "./provider.ts";
