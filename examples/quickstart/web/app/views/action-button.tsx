import { type ReactNode, type Ref, useRef, useState } from "react";

export interface ActionButtonProps {
  readonly id: string;
  readonly action: () => Promise<unknown>;
  readonly children: ReactNode;
  readonly isDisabled?: boolean;
  readonly isPrimary?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
}

/** Runs one action at a time. It can be focused meanwhile, so that a keyboard does not lose its place. */
export function ActionButton({ id, action, children, isDisabled, isPrimary, ref }: ActionButtonProps): ReactNode {
  const [isBusy, setBusy] = useState(false);
  const running = useRef(false);

  async function press(): Promise<void> {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    try {
      await action();
    } finally {
      running.current = false;
      setBusy(false);
    }
  }

  return (
    <button
      type="button"
      className={isPrimary ? "button primary" : "button"}
      id={id}
      data-testid={id}
      disabled={isDisabled}
      aria-busy={isBusy || undefined}
      onClick={() => void press()}
      ref={ref}
    >
      {children}
    </button>
  );
}
