import { useAuthState } from "@holdfast/react";
import { Authenticated, AuthLoading, Unauthenticated } from "convex/react";
import type { ReactElement } from "react";
import type { PageConfig } from "../server.ts";
import { Faults } from "./faults.tsx";
import { Introduction } from "./introduction.tsx";
import { Masthead } from "./masthead.tsx";
import { Record } from "./record.tsx";
import { useLane } from "./recorder.ts";
import { SharedList } from "./shared-list.tsx";
import { SignIn } from "./sign-in.tsx";
import { ConvexFacts, SessionFacts } from "./states.tsx";

export function App({ config }: { readonly config: PageConfig }): ReactElement {
  const isSignedIn = useAuthState(({ isAuthenticated }) => isAuthenticated);
  return (
    <>
      <Masthead />
      <main>
        <div className="work">
          <section className="card" aria-labelledby="list-title">
            <h1 id="list-title">The list</h1>
            <AuthLoading>
              <Waiting />
            </AuthLoading>
            <Authenticated>
              <SharedList />
              <Introduction issuer={config.issuer} />
            </Authenticated>
            <Unauthenticated>{isSignedIn ? <Recovering /> : <SignIn />}</Unauthenticated>
          </section>
          <section className="card" aria-labelledby="faults-title">
            <h2 id="faults-title">Break something</h2>
            <Faults isSignedIn={isSignedIn} />
          </section>
        </div>
        <div className="states">
          <SessionFacts issuer={config.issuer} />
          <ConvexFacts convexUrl={config.convexUrl} />
        </div>
      </main>
      <Record />
    </>
  );
}

function Waiting(): ReactElement {
  useLane("list", "waiting", "loading");
  return <p className="muted">One moment…</p>;
}

/** Convex has given up on its tokens, and the session lives: the adapter signs it in again. */
function Recovering(): ReactElement {
  useLane("list", "off", "gone");
  return <p className="muted">Convex has signed itself out. The session lives, so it is being signed in again…</p>;
}
