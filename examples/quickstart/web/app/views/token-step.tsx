import { useAuthState } from "@holdfast/react";
import type { ReactNode } from "react";
import { useQuickstart } from "../quickstart.ts";
import { decodeToken } from "../reading/token.ts";
import { useStore } from "../store.ts";
import { Ring } from "./ring.tsx";
import { Quiet, Step, type StepState } from "./step.tsx";
import { TokenParts } from "./token-parts.tsx";

export function TokenStep({ state }: { readonly state: StepState }): ReactNode {
  const { held } = useQuickstart();
  const token = useStore(held);
  const isOver = useAuthState(({ status }) => status === "ended");
  const decoded = token && decodeToken(token.jwt);
  const tell = (
    <>
      <p>A signed note that says who you are and for which account. It lives for minutes, in this tab’s memory only.</p>
      {token && <Ring token={token} isOver={isOver} />}
    </>
  );
  return (
    <Step
      number={2}
      title="See your token"
      state={state}
      tell={tell}
      stage={{ id: "token-stage", testId: "token", isOver }}
    >
      {decoded ? <TokenParts decoded={decoded} /> : <NoTokenYet />}
    </Step>
  );
}

function NoTokenYet(): ReactNode {
  return (
    <Quiet>
      <span className="ghost" aria-hidden="true">
        <span />
        <span />
        <span />
        <span />
        <span />
      </span>
      <span>Your token appears here, and each of its claims.</span>
    </Quiet>
  );
}
