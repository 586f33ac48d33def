import type { RaceClient } from "../node/protocol.ts";
import type { KeyHabit } from "./tab.ts";

/** How clients of a kind behave: each keeps the duties under which the protocol promises never to sign it out. */
export interface ClientKind extends RaceClient {
  readonly keyHabits: Readonly<Partial<Record<KeyHabit, number>>>;
  /** How likely a round is followed by sleep longer than the overlap: one that was answered, and one that was not. */
  readonly sleeps: { readonly answered: number; readonly unanswered: number };
  /** How likely a tab is closed after trouble. */
  readonly givesUp: number;
  readonly slowestMs: number;
  readonly endings: Readonly<Record<Ending, number>>;
}

/**
 * How a grant's race ends: its session is revoked, or signed out, under fire; a copied token is presented after the
 * overlap, or within it; or it is left alone.
 */
export type Ending = "revoked" | "signed out" | "stolen" | "stolen early" | "left";

export const clientKinds: readonly ClientKind[] = [
  {
    // A short overlap, so that sleepers and thieves come after it within a short run. All tabs share one pending key,
    // and so an attempt may be repeated however late.
    id: "swift",
    overlap: 3,
    keyHabits: { shared: 1 },
    sleeps: { answered: 0.02, unanswered: 0.3 },
    givesUp: 0.5,
    slowestMs: 60,
    endings: { revoked: 30, "signed out": 15, stolen: 35, "stolen early": 10, left: 10 },
  },
  {
    // Tabs without a common key, and standard clients without any: the overlap is all they have, and once it is over
    // their retry is a replay. The longest there is, so that no outage of a busy machine outlasts it; they never sleep.
    id: "patient",
    overlap: 300,
    keyHabits: { shared: 2, own: 5, none: 3 },
    sleeps: { answered: 0, unanswered: 0 },
    givesUp: 0.1,
    slowestMs: 200,
    endings: { revoked: 55, "signed out": 25, stolen: 0, "stolen early": 5, left: 15 },
  },
];
