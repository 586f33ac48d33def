import type { EventRecord } from "../history/line.ts";
import { type GrantHistory, isRefused, type RequestRecord } from "./grant-history.ts";
import type { Violation } from "./violation.ts";

/** The first sign that an honest client's session was ended without cause: told to it, or only written down. */
interface SignOut {
  readonly request: RequestRecord;
  readonly at: number;
  readonly says: string;
}

/** I3: no request of an honest client is refused for good, unless the end was asked for or a copied token presented. */
export function findSignOuts(history: GrantHistory): Violation[] {
  const first = firstSignOut(history);
  if (!first || wasHeldUp(history)) return [];
  const reused = firstReuse(history)?.request ?? null;
  const requests = [first.request.request, ...(reused === null ? [] : [reused])];
  return [{ invariant: "I3", says: first.says, requests: [...new Set(requests)] }];
}

/**
 * Whether an honest client was signed out because a request of its own was judged longer after it was sent than the
 * overlap lasts, which the protocol does not promise to survive (prove/model, world `held-up-requests`). Counted apart.
 */
export function isHeldUp(history: GrantHistory): boolean {
  return firstSignOut(history) !== null && wasHeldUp(history);
}

function firstSignOut(history: GrantHistory): SignOut | null {
  const { requests, revocations } = history;
  const thefts = requests.filter(({ who }) => who === "thief");
  const cause = Math.min(...[...revocations, ...thefts].map(({ at }) => at));
  const signOuts = [...toldSignOuts(requests), ...writtenSignOuts(history)].filter(
    ({ at, request }) => request.who === "honest" && at < cause,
  );
  return signOuts.toSorted((one, other) => one.at - other.at)[0] ?? null;
}

function toldSignOuts(requests: readonly RequestRecord[]): SignOut[] {
  return requests.filter(isRefused).map((request) => ({
    request,
    at: request.outcome.at,
    says: `request ${request.request} of the honest client was refused for good: ${request.outcome.reason}`,
  }));
}

/** Also when the answer to it was lost. */
function writtenSignOuts({ requests, evidence }: GrantHistory): SignOut[] {
  return evidence.events.filter(isReuse).flatMap(({ request: number, at }) => {
    const request = requests.find(({ request }) => request === number);
    if (!request) return [];
    const says = `request ${number} of the honest client was taken for a replay, and ended the grant`;
    return [{ request, at: at - request.wall + request.at, says }];
  });
}

function isReuse({ verdict }: EventRecord): boolean {
  return verdict === "reused";
}

function firstReuse({ evidence }: GrantHistory): EventRecord | undefined {
  return evidence.events.find(isReuse);
}

function wasHeldUp(history: GrantHistory): boolean {
  const reuse = firstReuse(history);
  const sent = history.requests.find(({ request }) => request === reuse?.request);
  return reuse !== undefined && sent !== undefined && reuse.at - sent.wall > history.start.overlap;
}
