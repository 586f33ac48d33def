/**
 * Whether a tab's scripts run. Everything that calls into a tab goes through here: what comes for a frozen tab, or while
 * the computer sleeps, waits; what comes for a closed one is dropped.
 */
export interface TabRuntime {
  readonly name: string;
  readonly isOpen: () => boolean;
  readonly isRunning: () => boolean;
  /** Whether messages of other tabs are kept for it: in the back/forward cache they are lost. */
  readonly isReachable: () => boolean;
  /** Runs the work now, or as soon as the tab runs again. */
  whenRunning(work: () => void): void;
}
