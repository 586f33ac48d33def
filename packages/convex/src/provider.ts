import { useAuthClient } from "@holdfast/react";
import { ConvexProviderWithAuth, type ConvexReactClient, useConvexAuth } from "convex/react";
import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import { type ConvexAuth, type ConvexBinding, createConvexBinding } from "./convex-binding.ts";

export interface ConvexProviderWithHoldfastProps {
  readonly client: ConvexReactClient;
  readonly children?: ReactNode;
}

const BindingContext = createContext<ConvexBinding | null>(null);

/**
 * Gives Convex the session of the `HoldfastProvider` above it, and keeps giving it: `ConvexProviderWithAuth`, with
 * Convex signed in again when it has signed itself out.
 *
 * @example
 * <HoldfastProvider issuer="https://id.example.com" clientId="app">
 *   <ConvexProviderWithHoldfast client={convex}>
 *     <App />
 *   </ConvexProviderWithHoldfast>
 * </HoldfastProvider>
 */
export function ConvexProviderWithHoldfast({ client, children }: ConvexProviderWithHoldfastProps): ReactElement {
  const auth = useAuthClient();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what a Convex client was handed is no other one's
  const binding = useMemo(() => createConvexBinding(auth), [auth, client]);
  return createElement(
    BindingContext.Provider,
    { value: binding },
    createElement(
      ConvexProviderWithAuth,
      { client, useAuth: useAuthFromHoldfast },
      createElement(Report, { binding }),
      children,
    ),
  );
}

/**
 * For the `useAuth` of `ConvexProviderWithAuth`. By itself it cannot see when Convex gives up on a token that it was
 * given; `ConvexProviderWithHoldfast` does.
 */
export function useAuthFromHoldfast(): ConvexAuth {
  const auth = useAuthClient();
  const shared = useContext(BindingContext);
  const own = useMemo(() => createConvexBinding(auth), [auth]);
  const { subscribe, getSnapshot } = shared ?? own;
  const current = useSyncExternalStore(subscribe, getSnapshot, serverSnapshot);
  const [wasAuthenticated, setWasAuthenticated] = useState(false);
  useEffect(() => setWasAuthenticated(current.isAuthenticated), [current.isAuthenticated]);
  // One moment of loading, or Convex shows a person who has just signed in as signed out until its server confirms.
  return current.isAuthenticated && !wasAuthenticated ? LOADING : current;
}

/** Tells the binding what Convex thinks, which only a component below the provider can know. */
function Report({ binding }: { readonly binding: ConvexBinding }): null {
  const { isLoading, isAuthenticated } = useConvexAuth();
  useEffect(() => (isLoading ? undefined : binding.report(isAuthenticated)), [binding, isLoading, isAuthenticated]);
  return null;
}

/** Nobody asks it for a token: it is not authenticated. */
const LOADING: ConvexAuth = { isLoading: true, isAuthenticated: false, fetchAccessToken: async () => null };

function serverSnapshot(): ConvexAuth {
  return LOADING;
}
