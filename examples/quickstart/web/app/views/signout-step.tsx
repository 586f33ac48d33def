import { useAuth, useAuthState } from "@holdfast/react";
import { type ReactNode, useLayoutEffect, useRef, useState } from "react";
import { type CallOutcome, observeCall, sayOutcome } from "../api-call.ts";
import { useQuickstart } from "../quickstart.ts";
import { useStore } from "../store.ts";
import { ActionButton } from "./action-button.tsx";
import { EndingView } from "./ending-view.tsx";
import { CallView } from "./exchange-view.tsx";
import { Quiet, Step, type StepState } from "./step.tsx";

export interface SignOutStepProps {
  readonly state: StepState;
  readonly onRefused: () => void;
}

export function SignOutStep({ state, onRefused }: SignOutStepProps): ReactNode {
  const { config, wire, held, announcement } = useQuickstart();
  const { signOut } = useAuth();
  const token = useStore(held);
  const isSignedIn = useAuthState((auth) => auth.isAuthenticated);
  const isOver = useAuthState((auth) => auth.status === "ended") && token !== null;
  const [outcome, setOutcome] = useState<CallOutcome | null>(null);
  const callOld = useRef<HTMLButtonElement>(null);
  const isFocusOwed = useRef(false);

  // The button that was pressed is gone; what comes next takes its place for the keyboard, too.
  useLayoutEffect(() => {
    if (isOver && isFocusOwed.current) callOld.current?.focus();
    isFocusOwed.current = false;
  }, [isOver]);

  async function leave(): Promise<void> {
    isFocusOwed.current = true;
    await signOut();
  }

  async function callWithOldToken(): Promise<void> {
    const headers = { authorization: `Bearer ${token?.jwt}` };
    const made = await observeCall(wire, () => wire.fetch(`${config.api}/hello`, { headers }));
    setOutcome(made);
    announcement.set(sayOutcome(made));
    if (made.type === "answered" && made.exchange.answer.status === 401) onRefused();
  }

  const tell = (
    <>
      <p>
        Open this page in a second tab and sign out there. This tab knows at once, and the API refuses the token, though
        its signature is good for minutes yet.
      </p>
      <p className="actions">
        {isSignedIn && (
          <a className="button" id="second-tab" data-testid="second-tab" href="/" target="_blank" rel="noopener">
            Open a second tab
          </a>
        )}
        {!isOver && (
          <ActionButton id="sign-out" action={leave} isDisabled={!isSignedIn}>
            Sign out
          </ActionButton>
        )}
        {isOver && (
          <ActionButton id="call-old" action={callWithOldToken} isPrimary ref={callOld}>
            Call with the old token
          </ActionButton>
        )}
      </p>
    </>
  );
  return (
    <Step
      number={5}
      title="Sign out, and be refused"
      state={state}
      tell={tell}
      stage={{ id: "signout-stage", testId: "after-sign-out" }}
    >
      <EndingView />
      <Refusal outcome={outcome} isOver={isOver} />
    </Step>
  );
}

interface RefusalProps {
  readonly outcome: CallOutcome | null;
  readonly isOver: boolean;
}

function Refusal({ outcome, isOver }: RefusalProps): ReactNode {
  if (outcome === null) return isOver ? null : <Quiet>The refusal appears here.</Quiet>;
  const isAccepted = outcome.type === "answered" && outcome.exchange.answer.status < 300;
  return (
    <>
      {isAccepted && <Quiet>Still accepted: the news takes up to a second to reach the API. Try again.</Quiet>}
      <CallView outcome={outcome} />
    </>
  );
}
