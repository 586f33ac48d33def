import type { AuthClient } from "@holdfast/client";
import { createConvexBinding, type FetchAccessToken } from "./convex-binding.ts";

/** What this needs of a Convex client: `ConvexReactClient` and `BaseConvexClient` have it. */
export interface ConvexAuthTarget {
  setAuth(fetchToken: FetchAccessToken, onChange: (isAuthenticated: boolean) => void): void;
  clearAuth(): void;
}

export interface ConnectOptions {
  /** Told whenever Convex takes the session or drops it. */
  readonly onChange?: (isAuthenticated: boolean) => void;
}

/**
 * Keeps a Convex client signed in for as long as the session lives, without React. Answers with the way to stop, which
 * signs Convex out and leaves the session as it is.
 *
 * @example
 * const convex = new BaseConvexClient("https://happy-otter-123.convex.cloud", render);
 * const disconnect = connectConvexAuth(convex, createAuthClient({ issuer: "https://id.example.com", clientId: "app" }));
 */
export function connectConvexAuth(
  convex: ConvexAuthTarget,
  auth: AuthClient,
  options: ConnectOptions = {},
): () => void {
  const binding = createConvexBinding(auth);
  let bound: FetchAccessToken | undefined;
  let dropReport = () => {};

  function use(fetchAccessToken: FetchAccessToken | undefined): void {
    if (fetchAccessToken === bound) return;
    dropReport();
    if (bound !== undefined) convex.clearAuth();
    bound = fetchAccessToken;
    if (fetchAccessToken === undefined) return;
    convex.setAuth(fetchAccessToken, (isAuthenticated) => {
      if (bound !== fetchAccessToken) return;
      dropReport();
      dropReport = binding.report(isAuthenticated);
      options.onChange?.(isAuthenticated);
    });
  }

  function follow(): void {
    const { isAuthenticated, fetchAccessToken } = binding.getSnapshot();
    use(isAuthenticated ? fetchAccessToken : undefined);
  }

  const stop = binding.subscribe(follow);
  follow();
  return () => {
    stop();
    use(undefined);
  };
}
