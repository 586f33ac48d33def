/** What Holdfast knows and what Convex believes, beside each other. */
import type { AuthState } from "@holdfast/client";
import { useAuthState } from "@holdfast/react";
import { useConvexAuth, useConvexConnectionState } from "convex/react";
import type { ReactElement, ReactNode } from "react";
import { useLastToken } from "./last-token.ts";
import { type Tone, useLane } from "./recorder.ts";
import { useNow } from "./use-now.ts";

const sessionTones: Readonly<Record<AuthState["status"], Tone>> = {
  initializing: "waiting",
  anonymous: "none",
  active: "good",
  degraded: "good",
  stale: "waiting",
  ended: "none",
  disposed: "none",
};

export function SessionFacts({ issuer }: { readonly issuer: string }): ReactElement {
  const state = useAuthState();
  const tone = sessionTones[state.status];
  useLane("session", tone, state.status);
  return (
    <Facts title="The session" origin={issuer} tone={tone} state={state.status} testId="session-state">
      <Fact name="Session">{"sid" in state && state.sid !== null && <code>{abbreviate(state.sid)}</code>}</Fact>
      <Fact name="Role">{state.isAuthenticated && state.user?.role}</Fact>
      <Fact name="Token">{state.isAuthenticated && <TokenAge />}</Fact>
    </Facts>
  );
}

function TokenAge(): ReactElement | null {
  const token = useLastToken();
  const now = useNow();
  if (token === null) return null;
  const seconds = Math.max(0, Math.round((now - token.at) / 1_000));
  return (
    <>
      generation {token.generation}, from {token.from === "server" ? "Holdfast" : "another tab"}, {seconds} s ago
    </>
  );
}

export function ConvexFacts({ convexUrl }: { readonly convexUrl: string }): ReactElement {
  const { isAuthenticated, isLoading } = useConvexAuth();
  const isSignedIn = useAuthState((session) => session.isAuthenticated);
  const connection = useConvexConnectionState();
  const state = isLoading ? "loading" : isAuthenticated ? "authenticated" : "unauthenticated";
  const tone = isLoading ? "waiting" : isAuthenticated ? "good" : isSignedIn ? "off" : "none";
  const socket = connection.isWebSocketConnected ? "connected" : "not connected";
  useLane("convex", tone, state);
  useLane("socket", connection.isWebSocketConnected ? "good" : "waiting", socket);
  return (
    <Facts title="Convex’s own auth" origin={convexUrl} tone={tone} state={state} testId="convex-state">
      <Fact name="Socket">
        <span data-testid="socket">{socket}</span>
      </Fact>
      <Fact name="Connections">
        <span data-testid="connections">{connection.connectionCount}</span> so far
      </Fact>
      <Fact name="Under way">
        {connection.inflightMutations === 0 ? "nothing" : mutations(connection.inflightMutations)}
      </Fact>
    </Facts>
  );
}

interface FactsProps {
  readonly title: string;
  readonly origin: string;
  readonly tone: Tone;
  readonly state: string;
  readonly testId: string;
  readonly children: ReactNode;
}

function Facts({ title, origin, tone, state, testId, children }: FactsProps): ReactElement {
  return (
    <section className="card facts" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <span className="pill" data-tone={tone} data-testid={testId}>
          {state}
        </span>
      </header>
      <code className="origin muted">{origin}</code>
      <dl>{children}</dl>
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactElement {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children || <span className="muted">none</span>}</dd>
    </div>
  );
}

function abbreviate(id: string): string {
  return `…${id.slice(-8)}`;
}

function mutations(count: number): string {
  return `${count} ${count === 1 ? "mutation" : "mutations"}`;
}
