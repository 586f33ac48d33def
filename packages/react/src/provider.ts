import type { AuthClient, AuthClientOptions } from "@holdfast/client";
import {
  type Context,
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useInsertionEffect,
  useMemo,
} from "react";
import { type AuthActions, bindActions } from "./auth-actions.ts";
import { createLazyClient } from "./lazy-client.ts";

/**
 * Either a `client` of your own, which you dispose of, or the options of `createAuthClient`, from which the provider
 * makes one. Another `issuer`, `clientId` or `storage` makes another client; `env` is read once.
 */
export type HoldfastProviderProps = { readonly children?: ReactNode } & (
  | ({ readonly client?: undefined } & AuthClientOptions)
  | ({ readonly client: AuthClient } & { readonly [Option in keyof AuthClientOptions]?: undefined })
);

export interface HoldfastContextValue {
  readonly client: AuthClient;
  readonly actions: AuthActions;
}

export const HoldfastContext: Context<HoldfastContextValue | null> = createContext<HoldfastContextValue | null>(null);

/**
 * Gives the components below it a session.
 *
 * @example
 * createRoot(root).render(
 *   <HoldfastProvider issuer="https://id.example.com" clientId="app">
 *     <App />
 *   </HoldfastProvider>,
 * );
 */
export function HoldfastProvider({ children, ...source }: HoldfastProviderProps): ReactElement {
  const client = useClient(source);
  const value = useMemo(() => ({ client, actions: bindActions(client) }), [client]);
  return createElement(HoldfastContext.Provider, { value }, children);
}

/** The client that was given, or one made from options: for as long as the provider stands and they name the same one. */
function useClient(source: HoldfastProviderProps): AuthClient {
  const { client: given, issuer, clientId, storage } = source;
  // biome-ignore lint/correctness/useExhaustiveDependencies: these name a client; `source` is new at each render
  const client = useMemo(
    () => (source.client === undefined ? createLazyClient(source) : source.client),
    [given, issuer, clientId, storage],
  );
  // Not a plain effect: StrictMode and a hidden <Activity> undo those of a tree that stays, and would cost the session
  // its client, and the page a moment of "loading".
  useInsertionEffect(() => {
    if (client === given) return;
    // Once React is done: disposing tells subscribers, who may not be told while it commits.
    return () => queueMicrotask(() => client.dispose());
  }, [client, given]);
  return client;
}
