import type { Commit } from "./commit.ts";
import type { Presentation, State, Verdict } from "./state.ts";
import { goodVerdicts } from "./verdicts.ts";
import type { World } from "./worlds.ts";

/** What must hold, in the words of the protocol; L1 and L2 are what its other rows are for. */
export const invariants = {
  I1: "at most one live successor per generation",
  I2: "an acknowledged revocation is never undone",
  I3: "crash and retry by an honest client never end its session",
  I4: "a replay after the successor was used, outside the overlap, ends the grant",
  I5: "every committed change has its event, and every event its change",
  I6: "no verdict depends on which node answers",
  L1: "nothing is answered past its limit",
  L2: "without the proof nothing is answered, and nothing harmed",
} as const;

export type InvariantName = keyof typeof invariants;
export const invariantNames: readonly InvariantName[] = Object.keys(invariants) as InvariantName[];

/** A presentation and who makes it. */
export interface Presented extends Presentation {
  readonly by: "honest" | "thief";
  /** The newest genuine generation the presenter holds; the one presented, unless it is forged. */
  readonly held: number;
}

/** A verdict that takes effect: what was before, and what it wrote. */
export interface Effect {
  readonly world: World;
  readonly before: State;
  readonly presented: Presented;
  readonly verdict: Verdict;
  readonly committed: Commit;
  /** The tokens handed out, with this answer's. */
  readonly minted: readonly number[];
}

type Predicate = (effect: Effect) => boolean;

const isGood = ({ verdict }: Effect) => goodVerdicts.has(verdict);

/** Each invariant as the histories that break it. I6 is asked where a verdict is given: see `server-steps.ts`. */
const broken: Readonly<Record<Exclude<InvariantName, "I6">, Predicate>> = {
  I1: (effect) => isGood(effect) && isSeveral(effect.minted[effect.committed.answer - 1] ?? 0),
  I2: (effect) => isGood(effect) && effect.before.isEndTold,
  I3: isHonestSignOut,
  I4: (effect) => isGood(effect) && isSuccessorLongUsed(effect),
  I5: ({ committed: { row, ledger, isEventTrue } }) =>
    !isEventTrue || row.generation !== ledger.logged || row.isEnded !== ledger.isEndLogged,
  L1: (effect) => isGood(effect) && isPastLimit(effect),
  L2: (effect) => !effect.presented.isProved && (isGood(effect) || effect.committed.row !== effect.before.primary.row),
};

const names = Object.keys(broken) as (keyof typeof broken)[];

export function brokenBy(effect: Effect): InvariantName[] {
  return names.filter((name) => broken[name](effect));
}

/** A refusal for good that nobody asked for: no revocation, no thief, no limit passed. */
function isHonestSignOut(effect: Effect): boolean {
  const { before, presented, verdict } = effect;
  if (presented.by !== "honest" || before.isRobbed) return false;
  switch (verdict) {
    case "malformed":
    case "unknown":
    case "unbound":
    case "reused":
      return true;
    case "revoked":
      return before.revocation === "none";
    case "expired":
      return before.sinceAnswer < effect.world.idle;
    default:
      return false;
  }
}

/**
 * By what the database remembers and by what its honest client knows: a use that both have lost is none. For an idle
 * limit's length after a failover the database cannot know, and is free to answer.
 */
function isPastLimit({ world, before }: Effect): boolean {
  const { primary, sinceAnswer, sinceFailover } = before;
  return world.idle > 0 && primary.row.idle === 0 && sinceAnswer >= world.idle && sinceFailover >= world.idle;
}

/** Whether what the presenter holds has a successor that was itself replaced an overlap ago, as far as is recorded. */
function isSuccessorLongUsed({ world, before, presented }: Effect): boolean {
  return (before.primary.ledger.replaced[presented.held] ?? 0) >= world.overlap;
}

function isSeveral(bits: number): boolean {
  return (bits & (bits - 1)) !== 0;
}
