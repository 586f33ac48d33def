import type { ReactNode } from "react";

export type StepState = "ahead" | "current" | "done";

export interface StepProps {
  readonly number: number;
  readonly state: StepState;
  readonly title: string;
  /** What it is about, and the buttons. */
  readonly tell: ReactNode;
  /** Of what happens: the element's id and its name in tests. */
  readonly stage: { readonly id: string; readonly testId: string; readonly isOver?: boolean };
  readonly children: ReactNode;
}

/** A number on a rail, what the step is about, and what happens. */
export function Step({ number, state, title, tell, stage, children }: StepProps): ReactNode {
  return (
    <li
      className="step"
      id={`step-${number}`}
      data-state={state}
      aria-current={state === "current" ? "step" : undefined}
    >
      <div className="tell">
        <h2>
          <span className="visually-hidden">Step {number}: </span>
          {title}
          {state === "done" && <span className="visually-hidden">, done</span>}
        </h2>
        {tell}
      </div>
      <div className="stage" id={stage.id} data-testid={stage.testId} data-over={stage.isOver}>
        {children}
      </div>
    </li>
  );
}

export function Quiet({ children }: { readonly children: ReactNode }): ReactNode {
  return <p className="quiet">{children}</p>;
}
