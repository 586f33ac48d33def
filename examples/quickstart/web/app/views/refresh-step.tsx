import { useAuthState } from "@holdfast/react";
import type { ReactNode } from "react";
import { type HeldToken, untilDueMs } from "../held-token.ts";
import { useQuickstart } from "../quickstart.ts";
import { minutesAndSeconds } from "../reading/times.ts";
import { useStore } from "../store.ts";
import { lastTo } from "../wire.ts";
import { ActionButton } from "./action-button.tsx";
import { ExchangeView } from "./exchange-view.tsx";
import { JournalList } from "./journal-list.tsx";
import { StateMap } from "./state-map.tsx";
import { Step, type StepState } from "./step.tsx";
import { useMoment } from "./use-moment.ts";

export function RefreshStep({ state }: { readonly state: StepState }): ReactNode {
  const { client, config, wire, expect } = useQuickstart();
  const isSignedIn = useAuthState((auth) => auth.isAuthenticated);
  const refresh = lastTo(useStore(wire.exchanges), `${config.issuer}/refresh`);

  async function ask(): Promise<void> {
    expect("because you asked");
    await client.check();
  }

  const tell = (
    <>
      <p>
        At about three quarters of its life the token is replaced. If Holdfast cannot be reached just then, the client
        waits and tries again: trouble never signs you out.
      </p>
      <p className="actions">
        <ActionButton id="refresh-now" action={ask} isDisabled={!isSignedIn}>
          Refresh now
        </ActionButton>
      </p>
    </>
  );
  return (
    <Step
      number={4}
      title="Watch it refresh by itself"
      state={state}
      tell={tell}
      stage={{ id: "refresh-stage", testId: "refreshes" }}
    >
      <StateMap />
      <NextRefresh isRefreshing={refresh?.answer === "pending"} />
      <JournalList />
      {refresh && (
        <details className="wire">
          <summary>The last refresh, on the wire</summary>
          <ExchangeView exchange={refresh} />
        </details>
      )}
    </Step>
  );
}

function NextRefresh({ isRefreshing }: { readonly isRefreshing: boolean }): ReactNode {
  const { held } = useQuickstart();
  const token = useStore(held);
  const status = useAuthState((auth) => auth.status);
  const now = useMoment();

  function sentence(active: HeldToken | null): string {
    if (isRefreshing) return "Refreshing…";
    if (status !== "active") return sentences[status] ?? "";
    return active ? `The next refresh is due in about ${minutesAndSeconds(untilDueMs(active, now))}.` : "";
  }
  return (
    <p className="next" data-testid="next-refresh">
      {sentence(token)}
    </p>
  );
}

const sentences: Readonly<Record<string, string>> = {
  initializing: "Looking for a session.",
  anonymous: "Nobody is signed in: there is nothing to refresh.",
  degraded: "Refreshing fails for now; the token is good, and the client tries again by itself.",
  stale: "The token has run out and refreshing fails for now; the client tries again by itself.",
  ended: "The session is over: there is nothing left to refresh.",
  disposed: "The client was put away.",
};
