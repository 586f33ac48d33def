import type { SessionAnswer } from "@holdfast/protocol";
import { SignedIn, SignedOut, useAuth, useAuthState } from "@holdfast/react";
import type { ReactNode } from "react";
import { PersonCard } from "./person-card.tsx";
import { Quiet, Step, type StepState } from "./step.tsx";

export interface SignInStepProps {
  readonly state: StepState;
  readonly person: SessionAnswer | null;
}

export function SignInStep({ state, person }: SignInStepProps): ReactNode {
  const isLoading = useAuthState((auth) => auth.isLoading);
  const tell = (
    <p>
      You leave for Holdfast, prove who you are there, and come back with a session. It is kept in cookies that no
      script can read, this page’s included.
    </p>
  );
  return (
    <Step number={1} title="Sign in" state={state} tell={tell} stage={{ id: "signin-stage", testId: "signin" }}>
      {isLoading && <Quiet>Looking for a session…</Quiet>}
      <SignedIn>
        <PersonCard person={person} />
      </SignedIn>
      <SignedOut>{(reason) => <Invitation isOver={reason !== null} />}</SignedOut>
    </Step>
  );
}

function Invitation({ isOver }: { readonly isOver: boolean }): ReactNode {
  const { signIn } = useAuth();
  return (
    <div className="invitation">
      <div>
        <p className="name">{isOver ? "The session is over." : "This browser has no session yet."}</p>
        <p className="muted">{isOver ? "A new one begins here." : "You will be back on this page in a moment."}</p>
      </div>
      <button type="button" className="button primary" id="sign-in" data-testid="sign-in" onClick={() => void signIn()}>
        {isOver ? "Sign in again" : "Sign in"}
      </button>
    </div>
  );
}
