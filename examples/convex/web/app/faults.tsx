import { useAuth } from "@holdfast/react";
import { type ReactElement, useState } from "react";
import type { FaultName } from "../../backend/faults.ts";

interface Fault {
  readonly name: FaultName;
  readonly title: string;
  /** What is done to the page, and what becomes of it. */
  readonly story: string;
}

const faults: readonly Fault[] = [
  {
    name: "drop",
    title: "Drop every socket",
    story: "Convex connects again. The list stays, and nobody is signed out.",
  },
  {
    name: "refuse",
    title: "Refuse the next token",
    story: "Its token has run out, the server says, and the next one is no good either.",
  },
  {
    name: "refuse-all",
    title: "Refuse three in a row",
    story: "Convex gives up: the one thing here that flashes. A second later it is back.",
  },
  {
    name: "hold",
    title: "Hold the answers",
    story: "For eight seconds no token is confirmed. What you add waits, and arrives.",
  },
  {
    name: "revoke",
    title: "Revoke the session",
    story: "As an operator does. This is the real end: every tab is signed out in one go.",
  },
];

/** The buttons that break things, for every tab at once. */
export function Faults({ isSignedIn }: { readonly isSignedIn: boolean }): ReactElement {
  const auth = useAuth();
  const [outcome, setOutcome] = useState("");

  async function cause({ name }: Fault): Promise<void> {
    try {
      const response = await auth.fetch(`/faults/${name}`, { method: "POST" });
      setOutcome(response.ok ? (await response.json()).message : `It was refused: ${response.status}`);
    } catch (error) {
      setOutcome(error instanceof Error ? error.message : String(error));
    }
  }

  return (
    <>
      <ul className="faults">
        {faults.map((fault) => (
          <li key={fault.name}>
            <button
              className={fault.name === "revoke" ? "button danger" : "button"}
              type="button"
              aria-describedby={`story-${fault.name}`}
              disabled={!isSignedIn}
              data-testid={`fault-${fault.name}`}
              onClick={() => cause(fault)}
            >
              {fault.title}
            </button>
            <p id={`story-${fault.name}`} className="muted">
              {fault.story}
            </p>
          </li>
        ))}
      </ul>
      <p className="outcome" role="status" data-testid="outcome">
        {outcome}
      </p>
    </>
  );
}
