import type { AuthStatus } from "@holdfast/client";
import { useAuthState } from "@holdfast/react";
import type { ReactNode } from "react";

interface StateGroup {
  readonly title: string;
  readonly states: readonly AuthStatus[];
}

/** As a person would ask: is anybody signed in? */
const groups: readonly StateGroup[] = [
  { title: "Not known yet", states: ["initializing"] },
  { title: "Signed in", states: ["active", "degraded", "stale"] },
  { title: "Signed out", states: ["anonymous", "ended"] },
];

/** All states of the client, with the one that it is in. */
export function StateMap(): ReactNode {
  const status = useAuthState((state) => state.status);
  const reason = useAuthState((state) => (state.status === "ended" ? state.reason : null));
  return (
    <dl className="state-map" data-testid="state-map">
      {groups.map(({ title, states }) => (
        <div key={title} data-here={states.includes(status)}>
          <dt>{title}</dt>
          {states.map((name) => (
            <dd key={name} aria-current={name === status ? "true" : undefined} data-state={name}>
              {name}
              {name === "ended" && reason !== null && <span className="reason"> {reason}</span>}
            </dd>
          ))}
        </div>
      ))}
    </dl>
  );
}
