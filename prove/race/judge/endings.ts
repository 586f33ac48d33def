import { type GrantHistory, isAnswered, isRefused } from "./grant-history.ts";
import type { Violation } from "./violation.ts";

/** I2: nothing is answered that was asked after somebody had been told that the grant has ended. */
export function findRevivals(history: GrantHistory): Violation[] {
  const told = firstTold(history);
  if (!told) return [];
  return history.requests
    .filter(isAnswered)
    .filter(({ at }) => at > told.at)
    .map(({ request, at }) => ({
      invariant: "I2",
      says: `request ${request} was answered, though it was sent ${(at - told.at).toFixed(1)} ms after ${told.says}`,
      requests: told.request === null ? [request] : [told.request, request],
    }));
}

/** The first word of the end that reached anybody: an acknowledged revocation, or a refusal for good. */
function firstTold({ requests, revocations }: GrantHistory) {
  const acknowledged = revocations
    .filter(({ kind }) => kind === "revoked")
    .map(({ at, how }) => ({ at, request: null, says: `the end (${how}) had been acknowledged` }));
  const refused = requests.filter(isRefused).map(({ request, outcome }) => ({
    at: outcome.at,
    request,
    says: `request ${request} had been refused for good (${outcome.reason})`,
  }));
  return [...acknowledged, ...refused].toSorted((one, other) => one.at - other.at)[0] ?? null;
}
