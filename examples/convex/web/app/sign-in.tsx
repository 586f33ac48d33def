import type { EndReason } from "@holdfast/client";
import { useAuth } from "@holdfast/react";
import type { ReactElement } from "react";
import { useLane } from "./recorder.ts";

const reasons: Readonly<Partial<Record<EndReason, string>>> = {
  session_revoked: "Your session was revoked. Every tab is signed out.",
  signed_out: "You are signed out, in every tab.",
  session_expired: "Your session has run out.",
};

export function SignIn(): ReactElement {
  const auth = useAuth();
  useLane("list", "none", "signed out");
  const reason = auth.status === "ended" ? auth.reason : null;
  const failure = new URLSearchParams(location.search).get("error");
  return (
    <div className="sign-in">
      {failure !== null && (
        <p className="notice" data-testid="signin-error">
          The sign-in did not work out: <code>{failure}</code>
        </p>
      )}
      <p data-testid={reason === null ? undefined : "ended"}>
        {reason === null
          ? "A list that your account shares, live in every tab. Sign in, then try to break it."
          : (reasons[reason] ?? `Your session is over: ${reason}.`)}
      </p>
      <button className="button primary" type="button" data-testid="sign-in" onClick={() => auth.signIn()}>
        Sign in
      </button>
    </div>
  );
}
