import type { EvidenceLine, Line } from "../history/line.ts";
import { countContested } from "./contested.ts";
import { findRevivals } from "./endings.ts";
import { findForks } from "./forks.ts";
import { assembleHistory, type GrantHistory, isAnswered, isRefused } from "./grant-history.ts";
import { findUnaccounted } from "./ledger.ts";
import { findHonouredReplays, lateReplays } from "./replays.ts";
import { findArbitrary } from "./sequence.ts";
import { findSignOuts, isHeldUp } from "./sign-outs.ts";
import type { Rule, Violation } from "./violation.ts";

const rules: readonly Rule[] = [
  findForks,
  findRevivals,
  findSignOuts,
  findHonouredReplays,
  findUnaccounted,
  findArbitrary,
];

/** What was judged so far. */
export interface Tally {
  grants: number;
  requests: number;
  /** Judged, and under way together with another such request for the same token. */
  contested: number;
  answered: number;
  refused: number;
  /** Without an answer: dropped, cut, timed out, or trouble on the server's side. */
  unanswered: number;
  /** Ends that were acknowledged. */
  revocations: number;
  /** Presented more than an overlap after the successor was used. */
  lateReplays: number;
  /** Grants that a request held up for longer than the overlap has ended; not broken, but not nice. */
  heldUp: number;
  kills: Record<string, number>;
  /** By the events. */
  verdicts: Record<string, number>;
  /** Broken invariants. */
  violations: Record<string, number>;
}

/** A broken invariant with the history that shows it. */
export interface Finding extends Violation {
  readonly grant: number;
  readonly history: GrantHistory;
}

/** Judges a history line by line. What it holds is bounded by the grants that are open: it forgets each when closed. */
export interface Judge {
  /** @returns what the line closes and shows to be broken */
  take(line: Line): Finding[];
  readonly tally: Tally;
}

export function createJudge(): Judge {
  const open = new Map<number, Line[]>();
  const tally: Tally = {
    grants: 0,
    requests: 0,
    contested: 0,
    answered: 0,
    refused: 0,
    unanswered: 0,
    revocations: 0,
    lateReplays: 0,
    heldUp: 0,
    kills: {},
    verdicts: {},
    violations: {},
  };

  function close(line: EvidenceLine): Finding[] {
    const history = assembleHistory(open.get(line.grant) ?? [], line);
    open.delete(line.grant);
    count(tally, history);
    const violations = rules.flatMap((rule) => rule(history));
    for (const { invariant } of violations) add(tally.violations, invariant);
    return violations.map((violation) => ({ ...violation, grant: line.grant, history }));
  }

  return {
    tally,
    take(line) {
      if (line.kind === "kill") {
        add(tally.kills, line.what);
        return [];
      }
      if (line.kind === "evidence") return close(line);
      const lines = open.get(line.grant);
      if (lines) lines.push(line);
      else open.set(line.grant, [line]);
      return [];
    },
  };
}

function count(tally: Tally, history: GrantHistory): void {
  const { requests, revocations, evidence } = history;
  const answered = requests.filter(isAnswered).length;
  const refused = requests.filter(isRefused).length;
  tally.grants += 1;
  tally.requests += requests.length;
  tally.contested += countContested(history);
  tally.answered += answered;
  tally.refused += refused;
  tally.unanswered += requests.length - answered - refused;
  tally.revocations += revocations.filter(({ kind }) => kind === "revoked").length;
  tally.lateReplays += lateReplays(history).length;
  tally.heldUp += isHeldUp(history) ? 1 : 0;
  for (const { verdict } of evidence.events) if (verdict !== null) add(tally.verdicts, verdict);
}

function add(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
