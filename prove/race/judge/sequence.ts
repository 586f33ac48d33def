import type { EventRecord } from "../history/line.ts";
import type { GrantHistory } from "./grant-history.ts";
import type { Violation } from "./violation.ts";

// The row remembers when this many generations were replaced; about older ones both verdicts are right.
const remembered = 10;

/** What a sequence of verdicts has led to. */
interface State {
  generation: number;
  /** The key of the request that made this generation. */
  attempt: string | null;
  hasEnded: boolean;
  /** The last good verdict's time: no time of a grant moves back, also when a statement that was held up comes later. */
  usedAt: number;
  readonly replacedAt: Map<number, number>;
}

/**
 * I6: the events in the order in which they were written, on whichever node, are one sequence in which every verdict
 * follows from those before it. The verdict table, written once more and from the outside.
 */
export function findArbitrary({ start, requests, evidence: { events } }: GrantHistory): Violation[] {
  const keys = new Map(requests.map(({ request, key }) => [request, key]));
  const state: State = { generation: 1, attempt: null, hasEnded: false, usedAt: 0, replacedAt: new Map() };
  const violations: Violation[] = [];
  for (const event of events) {
    const key = event.request === null ? null : (keys.get(event.request) ?? null);
    const expected = event.verdict === null ? null : expectedVerdicts(state, { event, key, overlap: start.overlap });
    if (expected && !expected.includes(event.verdict ?? "")) {
      violations.push({
        invariant: "I6",
        says: `request ${event.request} presented generation ${event.presented} of ${state.generation} and was judged ${event.verdict}, not ${expected.join(" or ")}`,
        requests: event.request === null ? [] : [event.request],
      });
    }
    follow(state, event, key);
  }
  return violations;
}

interface Presented {
  readonly event: EventRecord;
  readonly key: string | null;
  /** Milliseconds. */
  readonly overlap: number;
}

function expectedVerdicts(state: State, { event, key, overlap }: Presented): string[] {
  const presented = event.presented ?? 0;
  if (state.hasEnded) return ["revoked"];
  if (presented === state.generation) return ["rotated"];
  if (presented > state.generation) return ["recovered"];
  const isLast = presented === state.generation - 1;
  if (isLast && key !== null && key === state.attempt) return ["replayed"];
  // The overlap counts from when it was replaced, or from when its successor was: where the two differ, either is right.
  const since = [state.replacedAt.get(presented), state.replacedAt.get(isLast ? presented : presented + 1)];
  const verdicts = since.map((at) => (at !== undefined && event.at - at < overlap ? "overlapped" : "reused"));
  if (state.generation - presented > remembered) verdicts.push("reused");
  return [...new Set(verdicts)];
}

function follow(state: State, event: EventRecord, key: string | null): void {
  if (event.type === "grant.revoked" || event.verdict === "reused") state.hasEnded = true;
  if (["rotated", "recovered", "replayed", "overlapped"].includes(event.verdict ?? "")) {
    state.usedAt = Math.max(state.usedAt, event.at);
  }
  if (event.verdict !== "rotated" && event.verdict !== "recovered") return;
  const presented = event.presented ?? state.generation;
  state.replacedAt.set(presented, state.usedAt);
  state.generation = presented + 1;
  state.attempt = key;
}
