import type { AuthClient } from "@holdfast/client";
import { type Context, createContext, useContext, useSyncExternalStore } from "react";

/** The newest access token: where it came from, and never the token itself. */
export interface LastToken {
  /** How often the session has been refreshed for this app. */
  readonly generation: number;
  /** `tab`: another one had asked, and handed it on. */
  readonly from: "server" | "tab";
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface Tokens {
  readonly getSnapshot: () => LastToken | null;
  readonly subscribe: (listener: () => void) => () => void;
}

export function followTokens(auth: AuthClient): Tokens {
  const listeners = new Set<() => void>();
  let last: LastToken | null = null;
  auth.on("token", ({ generation, from }) => {
    last = { generation, from, at: Date.now() };
    for (const listener of listeners) listener();
  });
  return {
    getSnapshot: () => last,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export const TokensContext: Context<Tokens | null> = createContext<Tokens | null>(null);

export function useLastToken(): LastToken | null {
  const tokens = useContext(TokensContext);
  if (tokens === null) throw new Error("There is no TokensContext above this component.");
  return useSyncExternalStore(tokens.subscribe, tokens.getSnapshot);
}
