import { browserEnv, type ClientEnv } from "@holdfast/client";
import { HoldfastProvider as ReactProvider } from "@holdfast/react";
import { createElement, type ReactElement, type ReactNode, useMemo } from "react";
import { createNotTokenFetch } from "./not-token-fetch.ts";
import { PageRefresh } from "./page-refresh.ts";

export interface HoldfastProviderProps {
  readonly children?: ReactNode;
  /** Where the app's handlers are mounted. Default: `/auth`. */
  readonly authPath?: string;
  /** Parts this session from another on the same origin. Default: `next`. */
  readonly clientId?: string;
}

/**
 * Gives the client components below it a session, which lives in the app's own server: `useAuth`, `SignedIn` and the rest
 * of `@holdfast/react`. Where the session comes back or ends, the page is rendered anew by the server, and keeps what
 * the person has typed into it.
 *
 * @example
 * // app/layout.tsx
 * <body>
 *   <HoldfastProvider>{children}</HoldfastProvider>
 * </body>
 */
export function HoldfastProvider({
  children,
  authPath = "/auth",
  clientId = "next",
}: HoldfastProviderProps): ReactElement {
  const { issuer, env } = useMemo(() => appServer(authPath), [authPath]);
  return createElement(
    ReactProvider,
    { issuer, clientId, storage: "cookie", ...(env && { env }) },
    createElement(PageRefresh, { sessionUrl: `${issuer}/session` }),
    children,
  );
}

/** The app's server, which is to its pages what Holdfast is to those of its own site. */
function appServer(authPath: string): { readonly issuer: string; readonly env: ClientEnv | null } {
  // On the server nothing is asked: the client is made when something in a page first needs it.
  if (typeof location === "undefined") return { issuer: `http://localhost${authPath}`, env: null };
  const issuer = location.origin + authPath;
  const env = browserEnv();
  return { issuer, env: { ...env, fetch: createNotTokenFetch(env.fetch, `${issuer}/refresh`) } };
}
