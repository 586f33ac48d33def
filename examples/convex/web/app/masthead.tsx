import { useAuth } from "@holdfast/react";
import { useConvexAuth, useQuery } from "convex/react";
import type { ReactElement } from "react";
import { getMe } from "./functions.ts";

export function Masthead(): ReactElement {
  const { isAuthenticated, signOut } = useAuth();
  return (
    <header className="masthead">
      <p className="brand">
        <img src="/mark.svg" alt="" width="28" height="28" />
        <span>
          Shared list <span className="muted">Holdfast with Convex</span>
        </span>
      </p>
      {isAuthenticated && (
        <p className="identity">
          <Name />
          <a className="button" href="/" target="_blank" rel="noopener">
            Second tab
          </a>
          <button className="button" type="button" data-testid="sign-out" onClick={() => signOut()}>
            Sign out
          </button>
        </p>
      )}
    </header>
  );
}

/** Who Convex takes the page's user for. */
function Name(): ReactElement {
  const { isAuthenticated } = useConvexAuth();
  const me = useQuery(getMe, isAuthenticated ? {} : "skip");
  return (
    <span className="name" data-testid="name">
      {me?.name}
    </span>
  );
}
