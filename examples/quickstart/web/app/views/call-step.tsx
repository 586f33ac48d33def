import { useAuth, useAuthState } from "@holdfast/react";
import { type ReactNode, useState } from "react";
import { type CallOutcome, observeCall, sayOutcome } from "../api-call.ts";
import { useQuickstart } from "../quickstart.ts";
import { ActionButton } from "./action-button.tsx";
import { CallView } from "./exchange-view.tsx";
import { Quiet, Step, type StepState } from "./step.tsx";

export interface CallStepProps {
  readonly state: StepState;
  readonly onAnswered: () => void;
}

const patienceMs = 10_000;

export function CallStep({ state, onAnswered }: CallStepProps): ReactNode {
  const { config, wire, announcement } = useQuickstart();
  const { fetch } = useAuth();
  const isSignedIn = useAuthState((auth) => auth.isAuthenticated);
  const [outcome, setOutcome] = useState<CallOutcome | null>(null);

  async function call(): Promise<void> {
    // All there is to it: a good token goes along, after a 401 it tries once more, and trouble is waited for.
    const made = await observeCall(wire, () =>
      fetch(`${config.api}/hello`, { signal: AbortSignal.timeout(patienceMs) }),
    );
    setOutcome(made);
    announcement.set(sayOutcome(made));
    if (made.type === "answered" && made.exchange.answer.status === 200) onAnswered();
  }

  const tell = (
    <>
      <p>
        The API lives on another origin. It checks the signature by itself; Holdfast is not asked, and could be down.
      </p>
      <p className="actions">
        <ActionButton id="call-api" action={call} isDisabled={!isSignedIn}>
          Call the API
        </ActionButton>
      </p>
    </>
  );
  return (
    <Step
      number={3}
      title="Call the API"
      state={state}
      tell={tell}
      stage={{ id: "call-stage", testId: "api-exchange" }}
    >
      {outcome ? <CallView outcome={outcome} /> : <Quiet>The request and its answer appear here.</Quiet>}
    </Step>
  );
}
