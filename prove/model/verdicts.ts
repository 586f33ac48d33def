import type { RuleSet } from "./rules.ts";
import type { NodeMemory, Presentation, Row, Verdict } from "./state.ts";
import type { World } from "./worlds.ts";

/** What a verdict depends on beside the row and the presentation. */
export interface Circumstances {
  /** Ticks by which the judging node's clock is fast. */
  readonly lead: number;
  /** What the judging node remembers of attempts; looked at only where they do not stand in the row. */
  readonly memory: NodeMemory;
  /** Ticks since the last promotion, up to the idle limit. */
  readonly sinceFailover: number;
}

type Condition = (row: Row, presented: Presentation, circumstances: Circumstances) => boolean;

export type Judge = (row: Row, presented: Presentation, circumstances: Circumstances) => Verdict;

/** The rows of the verdict table, in the statement's order. */
export const verdictOrder: readonly Verdict[] = [
  "malformed",
  "unknown",
  "revoked",
  "expired",
  "unbound",
  "renewed",
  "rotated",
  "replayed",
  "overlapped",
  "recovered",
  "reused",
];

/** Verdicts that are answered with a token. */
export const goodVerdicts: ReadonlySet<Verdict> = new Set([
  "renewed",
  "rotated",
  "replayed",
  "overlapped",
  "recovered",
]);

/** Makes the judge that a set of rules amounts to: the first row that applies decides. */
export function createJudge(world: World, rules: RuleSet): Judge {
  const conditions = createConditions(world, rules);
  const table = orderOf(rules).map((verdict) => ({ verdict, applies: conditions[verdict] }));
  return (row, presented, circumstances) => {
    for (const { verdict, applies } of table) {
      if (applies(row, presented, circumstances)) return verdict;
    }
    // The last row is off: whoever comes gets what is in force.
    return "overlapped";
  };
}

function orderOf(rules: RuleSet): Verdict[] {
  const order = verdictOrder.filter((verdict) => rules[verdict]);
  if (rules["revoked-first"] || !rules.revoked) return order;
  return [...order.filter((each) => each !== "revoked" && each !== "reused"), "revoked", "reused"];
}

function createConditions(world: World, rules: RuleSet): Record<Verdict, Condition> {
  const ageOf = createAgeOf(rules);

  function isRepeated(row: Row, { generation, key }: Presentation, { memory }: Circumstances): boolean {
    if (key === 0 || generation !== row.generation - 1) return false;
    if (rules["attempt-in-row"]) return row.attempt === key;
    return memory.generation === row.generation && memory.key === key;
  }

  /** A token ahead of the database shows that its last use was lost: the limit counts from the promotion. */
  function isLossProved(row: Row, { generation }: Presentation, { sinceFailover }: Circumstances): boolean {
    return rules["idle-from-promotion"] && generation > row.generation && sinceFailover < world.idle;
  }

  return {
    malformed: (_row, { isTagged }) => !isTagged,
    unknown: (_row, { isHandleKnown }) => !isHandleKnown,
    revoked: (row) => row.isEnded,
    expired: (row, presented, circumstances) =>
      world.idle > 0 && row.idle - circumstances.lead <= 0 && !isLossProved(row, presented, circumstances),
    unbound: (_row, { isProved }) => !isProved,
    renewed: () => world.isBound,
    rotated: (row, { generation }) => generation === row.generation,
    replayed: isRepeated,
    overlapped: (row, { generation }, { lead }) =>
      generation < row.generation && ageOf(row, generation) + lead < world.overlap,
    recovered: (row, { generation }) => generation > row.generation,
    reused: () => true,
  };
}

/** The age that the overlap is measured by. */
function createAgeOf(rules: RuleSet): (row: Row, generation: number) => number {
  const at = (row: Row, index: number) => row.ages[index] ?? Number.POSITIVE_INFINITY;
  if (!rules["overlap-of-its-own"]) return (row) => at(row, 0);
  if (!rules["overlap-from-use"]) return (row, generation) => at(row, row.generation - generation - 1);
  // While the successor is unused there is nothing to count from but its making.
  return (row, generation) => at(row, Math.max(row.generation - generation - 2, 0));
}
