import type { AuthError } from "@holdfast/client";
import { useAuthState } from "@holdfast/react";
import type { ReactNode } from "react";
import { useQuickstart } from "../quickstart.ts";
import { useStore } from "../store.ts";
import { Outside } from "./outside.tsx";

/** What needs saying above the steps: a sign-in that failed, trouble on the way, something for the developer. */
export function Notices({ signInError }: { readonly signInError: string | null }): ReactNode {
  const { journal } = useQuickstart();
  const { trouble, warning, renewals } = useStore(journal);
  // A sign-in has succeeded since: renewals are counted from its first token.
  const failure = renewals < 0 ? signInError : null;
  return (
    <div className="notices">
      <div role="alert">{failure !== null && <SignInFailed code={failure} />}</div>
      <div role="status">
        {trouble !== null && <Trouble trouble={trouble} />}
        {warning !== null && failure === null && <Warning warning={warning} />}
      </div>
    </div>
  );
}

function SignInFailed({ code }: { readonly code: string }): ReactNode {
  const { errorUrl } = useQuickstart();
  return (
    <p className="notice bad" data-testid="signin-error">
      <strong>Signing in did not work. </strong>
      Nothing was changed.{" "}
      <Outside href={errorUrl(code)}>
        What <code>{code}</code> means, and what to do
      </Outside>
    </p>
  );
}

/** Trouble, in words. */
const troubleText: Readonly<Record<string, string>> = {
  network_error: "Holdfast cannot be reached.",
  request_timeout: "Holdfast takes too long to answer.",
  server_error: "Holdfast has trouble of its own.",
  rate_limited: "Holdfast asks for a pause.",
  malformed_response: "Something between here and Holdfast answered in its place.",
};

function Trouble({ trouble }: { readonly trouble: AuthError }): ReactNode {
  const { client } = useQuickstart();
  const status = useAuthState((state) => state.status);
  return (
    <p className="notice" data-testid="trouble">
      <strong>{troubleText[trouble.code] ?? "Refreshing does not work just now."}</strong>{" "}
      {consequences[status] ?? consequences.initializing} <code>{trouble.code}</code>{" "}
      <button type="button" className="link" onClick={() => void client.check()}>
        Try now
      </button>
    </p>
  );
}

const consequences: Readonly<Record<string, string>> = {
  initializing: "Whether you are signed in will be known then.",
  degraded: "You stay signed in, and the token is good for now; the client keeps trying.",
  stale: "You stay signed in; the token has run out, so calls wait until the next is here.",
};

function Warning({ warning }: { readonly warning: AuthError }): ReactNode {
  const { errorUrl } = useQuickstart();
  const isOurs = warning.kind === "warning" || warning.code === "config_error";
  return (
    <p className="notice" data-testid="warning">
      <strong>{warning.message}</strong> <code>{warning.code}</code>{" "}
      {!isOurs && <Outside href={errorUrl(warning.code)}>What to do</Outside>}
    </p>
  );
}
