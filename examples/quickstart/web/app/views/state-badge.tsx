import type { AuthStatus } from "@holdfast/client";
import type { ReactNode } from "react";

/** The client's state by its name: the one that `client.state.status` has. */
export function StateBadge({ status }: { readonly status: AuthStatus }): ReactNode {
  return (
    <span className="state" data-state={status} data-testid="client-state">
      <span className="visually-hidden">Client: </span>
      {status}
    </span>
  );
}
