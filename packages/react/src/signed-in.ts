import type { AuthState, EndReason } from "@holdfast/client";
import type { ReactNode } from "react";
import { useAuthState } from "./use-auth.ts";

export interface SignedOutProps {
  /** What to show, or a function that is told why the session ended; null when there was none. */
  readonly children?: ReactNode | ((reason: EndReason | null) => ReactNode);
}

/** Shows its children while somebody is signed in: through every trouble, until the session is really over. */
export function SignedIn({ children }: { readonly children?: ReactNode }): ReactNode {
  return useAuthState(isSignedIn) ? children : null;
}

/** Shows its children when nobody is signed in, and it is known that nobody is. */
export function SignedOut({ children }: SignedOutProps): ReactNode {
  const reason = useAuthState(reasonOf);
  if (reason === undefined) return null;
  return typeof children === "function" ? children(reason) : children;
}

function isSignedIn(state: AuthState): boolean {
  return state.isAuthenticated;
}

/** Why nobody is signed in: undefined while somebody is, or it is not known yet. */
function reasonOf(state: AuthState): EndReason | null | undefined {
  if (state.isAuthenticated || state.isLoading) return undefined;
  return state.status === "ended" ? state.reason : null;
}
