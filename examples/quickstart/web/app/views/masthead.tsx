import type { SessionAnswer } from "@holdfast/protocol";
import { useAuthState } from "@holdfast/react";
import type { ReactNode } from "react";
import { StateBadge } from "./state-badge.tsx";
import { accountName, initialsOf, nameOf } from "./use-person.ts";

/** The line at the top: who is signed in, and the state of the client by its name. */
export function Masthead({ person }: { readonly person: SessionAnswer | null }): ReactNode {
  const state = useAuthState();
  const user = state.isAuthenticated ? state.user : null;
  const name = state.isAuthenticated ? nameOf(person) : state.isLoading ? "…" : "Nobody is signed in";
  return (
    <header className="masthead">
      <p className="brand">
        <Mark />
        <span>
          Holdfast <span className="muted">quickstart</span>
        </span>
      </p>
      <p className="identity" data-testid="identity" data-signed-in={state.isAuthenticated}>
        {state.isAuthenticated && (
          <span className="glyph" aria-hidden="true">
            {initialsOf(name)}
          </span>
        )}
        <span>
          {name}
          {user?.accountId && (
            <span className="identity-role">
              {" · "}
              {user.role}, {accountName(person, user.accountId)}
            </span>
          )}
        </span>
        <StateBadge status={state.status} />
      </p>
    </header>
  );
}

function Mark(): ReactNode {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <g fill="none" stroke="currentColor" strokeWidth="3" strokeLinecap="round" strokeLinejoin="round">
        <path d="M14 2.5c3.5 3 .2 5.5 2 10" />
        <path d="M16 12c-1 3-8 3-9.5 9-.6 2.5 0 5 1.8 7" />
        <path d="M16 12c1 3 8 3 9.5 9 .6 2.5 0 5-1.8 7" />
      </g>
      <circle cx="16" cy="22.8" r="4.6" fill="currentColor" />
    </svg>
  );
}
