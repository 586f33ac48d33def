import type { AuthEvents } from "@holdfast/client";
import { useAuthState } from "@holdfast/react";
import type { ReactNode } from "react";
import { useQuickstart } from "../quickstart.ts";
import { clockTime } from "../reading/times.ts";
import { useStore } from "../store.ts";
import { lastTo } from "../wire.ts";
import { Outside } from "./outside.tsx";

/** How this tab came to know that the session is over, and why it is. */
export function EndingView(): ReactNode {
  const { config, journal, wire, errorUrl } = useQuickstart();
  const isOver = useAuthState((state) => state.status === "ended");
  const { ending } = useStore(journal);
  const isUntold = lastTo(useStore(wire.exchanges), `${config.issuer}/signout`)?.answer === "lost";
  if (!isOver || ending === null) return null;
  return (
    <p className="ended" data-testid="ended">
      <time>{clockTime(ending.at)}</time> {knownFrom[ending.by]}{" "}
      <Outside href={errorUrl(ending.reason)}>
        <code>{ending.reason}</code>
      </Outside>
      {ending.by === "person" && isUntold && (
        <span className="untold">
          Holdfast cannot be reached just now. It is told as soon as it can be: at your next visit, if you leave before.
        </span>
      )}
    </p>
  );
}

const knownFrom: Readonly<Record<AuthEvents["ended"]["by"], string>> = {
  person: "You signed out here, and every other tab of this app was told.",
  tab: "Another tab ended the session and told this one. No request was needed.",
  server: "Holdfast refused to refresh: the session has ended.",
};
