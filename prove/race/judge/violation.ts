import type { GrantHistory } from "./grant-history.ts";

export const invariants = {
  I1: "at most one live successor per generation",
  I2: "an acknowledged revocation is never undone",
  I3: "crash and retry by an honest client never end its session",
  I4: "a replay after the successor was used, outside the overlap, ends the grant",
  I5: "every committed change has its event, and every event its change",
  I6: "no verdict depends on which node answers",
} as const;

export type Invariant = keyof typeof invariants;

/** A broken invariant. */
export interface Violation {
  readonly invariant: Invariant;
  /** What happened, with the numbers of the requests. */
  readonly says: string;
  /** The requests that show it. */
  readonly requests: readonly number[];
}

/** Looks for what breaks one invariant in the whole history of a grant. */
export type Rule = (history: GrantHistory) => Violation[];
