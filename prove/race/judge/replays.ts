import { type GrantHistory, isAnswered, isRefused, type RequestRecord } from "./grant-history.ts";
import type { Violation } from "./violation.ts";

// The nodes go by the database's clock, which they know to within an answer's way there and back.
const marginMs = 500;

/**
 * I4: nobody is answered who presents a token whose successor was itself replaced an overlap ago, and who is refused for
 * it has ended the grant. By the overlap's later reading, which counts from the use of the successor.
 */
export function findHonouredReplays(history: GrantHistory): Violation[] {
  const honoured = lateReplays(history)
    .filter(isAnswered)
    .map(
      ({ request, generation }): Violation => ({
        invariant: "I4",
        says: `request ${request} was answered for generation ${generation}, more than an overlap after its successor had been replaced`,
        requests: [request],
      }),
    );
  const noticed = history.requests.filter(isRefused).find(({ outcome }) => outcome.reason === "reuse_detected");
  if (!noticed || history.evidence.row?.revokedReason !== null) return honoured;
  const says = `request ${noticed.request} was refused as reused, and the grant goes on`;
  return [...honoured, { invariant: "I4", says, requests: [noticed.request] }];
}

/** The requests that came for certain too late. */
export function lateReplays({ start, requests }: GrantHistory): RequestRecord[] {
  const answers = requests.filter(isAnswered);
  return requests.filter(({ at, generation }) =>
    // Whoever holds generation n + 2 shows that n + 1 was replaced, at the latest when they received it.
    answers.some(({ outcome }) => outcome.generation >= generation + 2 && at > outcome.at + start.overlap + marginMs),
  );
}
