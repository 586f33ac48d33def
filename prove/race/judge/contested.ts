import type { GrantHistory, RequestRecord } from "./grant-history.ts";

/**
 * How many requests were contested: judged, and under way at the same time as another that was judged and presented the
 * same token. What never reached a server that could judge it does not count.
 */
export function countContested({ requests, evidence }: GrantHistory): number {
  const judged = new Set(evidence.events.flatMap(({ request }) => (request === null ? [] : [request])));
  const reached = requests.filter(({ request }) => judged.has(request));
  let contested = 0;
  for (const same of Map.groupBy(reached, ({ generation }) => generation).values()) {
    contested += same.filter((one) => same.some((other) => other !== one && overlaps(one, other))).length;
  }
  return contested;
}

function overlaps(one: RequestRecord, other: RequestRecord): boolean {
  return one.at < endOf(other) && other.at < endOf(one);
}

function endOf({ outcome }: RequestRecord): number {
  return outcome?.at ?? Number.POSITIVE_INFINITY;
}
