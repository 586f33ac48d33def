import type { EventRecord } from "../history/line.ts";
import { type GrantHistory, isAnswered, isRefused } from "./grant-history.ts";
import type { Violation } from "./violation.ts";

/** I5: the events, the row, and what the clients were told are three accounts of the same changes. */
export function findUnaccounted(history: GrantHistory): Violation[] {
  return [...compareRow(history), ...compareRotations(history), ...compareAnswers(history), ...compareEvents(history)];
}

/** The generation after an event. */
export function generationAfter({ verdict, presented, generation }: EventRecord): number | null {
  return (verdict === "rotated" || verdict === "recovered") && presented !== null ? presented + 1 : generation;
}

function broken(says: string, ...requests: readonly (number | null)[]): Violation {
  return { invariant: "I5", says, requests: requests.filter((request) => request !== null) };
}

function compareRow({ evidence: { row, events }, revocations }: GrantHistory): Violation[] {
  if (!row) return [broken("the grant is gone")];
  const rotations = events.filter(({ verdict }) => verdict === "rotated").length;
  const ends = events.filter(({ type }) => type === "grant.revoked");
  const violations: Violation[] = [];
  if (row.generation !== rotations + 1) {
    violations.push(
      broken(`the grant is at generation ${row.generation}, and the events tell of ${rotations} rotations`),
    );
  }
  if (ends.length !== (row.revokedReason === null ? 0 : 1)) {
    violations.push(
      broken(`the grant's end is ${row.revokedReason ?? "not there"}, and ${ends.length} events tell of it`),
    );
  }
  if (row.revokedReason === null && revocations.some(({ kind }) => kind === "revoked")) {
    violations.push(broken("the end was acknowledged, and the grant goes on"));
  }
  return violations;
}

/** Each generation is replaced once, in order; what the database lost in a crash would be seen as `recovered`. */
function compareRotations({ evidence: { events } }: GrantHistory): Violation[] {
  const violations: Violation[] = [];
  let expected = 1;
  for (const { verdict, presented, request } of events) {
    if (verdict === "recovered") violations.push(broken(`request ${request} showed that a commit was lost`, request));
    if (verdict !== "rotated") continue;
    if (presented !== expected) {
      violations.push(
        broken(`request ${request} replaced generation ${presented} when it was ${expected}'s turn`, request),
      );
    }
    expected = (presented ?? expected) + 1;
  }
  return violations;
}

const refusals = ["revoked", "reused", "expired", "unbound"];

/** Whoever was told something finds it among the events. */
function compareAnswers({ requests, evidence: { events } }: GrantHistory): Violation[] {
  const byRequest = Map.groupBy(events, ({ request }) => request);
  const violations: Violation[] = [];
  for (const { request, outcome } of requests.filter(isAnswered)) {
    const own = byRequest.get(request) ?? [];
    if (!own.some((event) => generationAfter(event) === outcome.generation && isGood(event))) {
      violations.push(
        broken(`request ${request} was handed generation ${outcome.generation}, of which no event tells`, request),
      );
    }
  }
  for (const { request, outcome } of requests.filter(isRefused)) {
    const own = byRequest.get(request) ?? [];
    if (!own.some(({ verdict }) => refusals.includes(verdict ?? ""))) {
      violations.push(broken(`request ${request} was refused (${outcome.reason}), of which no event tells`, request));
    }
  }
  return violations;
}

function isGood({ verdict }: EventRecord): boolean {
  return verdict !== null && !refusals.includes(verdict);
}

/** No event of a verdict without a request that presented that generation. */
function compareEvents({ requests, evidence: { events } }: GrantHistory): Violation[] {
  const sent = new Map(requests.map(({ request, generation }) => [request, generation]));
  return events
    .filter(({ verdict }) => verdict !== null)
    .filter(({ request, presented }) => request === null || sent.get(request) !== presented)
    .map(({ request, presented, type }) =>
      broken(`${type} tells of generation ${presented} presented by request ${request}, which did not`, request),
    );
}
