import type { SessionAnswer } from "@holdfast/protocol";
import { type ReactNode, useState } from "react";
import { useQuickstart } from "../quickstart.ts";
import { useStore } from "../store.ts";
import { CallStep } from "./call-step.tsx";
import { RefreshStep } from "./refresh-step.tsx";
import { SignInStep } from "./signin-step.tsx";
import { SignOutStep } from "./signout-step.tsx";
import type { StepState } from "./step.tsx";
import { TokenStep } from "./token-step.tsx";

/** Lights the steps up as they are done. The first one that is not is the current one. */
export function Steps({ person }: { readonly person: SessionAnswer | null }): ReactNode {
  const { held, journal } = useQuickstart();
  const token = useStore(held);
  const { renewals } = useStore(journal);
  const [isAnswered, setAnswered] = useState(false);
  const [isRefused, setRefused] = useState(false);
  const isSignedIn = token !== null;
  const done = [isSignedIn, isSignedIn, isAnswered, renewals > 0, isRefused];

  function stateOf(step: number): StepState {
    if (done[step - 1]) return "done";
    return done.indexOf(false) === step - 1 ? "current" : "ahead";
  }

  return (
    <ol className="steps" id="steps" tabIndex={-1}>
      <SignInStep state={stateOf(1)} person={person} />
      <TokenStep state={stateOf(2)} />
      <CallStep state={stateOf(3)} onAnswered={() => setAnswered(true)} />
      <RefreshStep state={stateOf(4)} />
      <SignOutStep state={stateOf(5)} onRefused={() => setRefused(true)} />
    </ol>
  );
}
