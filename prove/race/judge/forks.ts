import { type Answered, type GrantHistory, isAnswered } from "./grant-history.ts";
import type { Violation } from "./violation.ts";

/** I1: one token a generation, ever; and no answer goes behind what was handed out before it was asked for. */
export function findForks(history: GrantHistory): Violation[] {
  return [...findSiblings(history), ...findStepsBack(history)];
}

/** Two different tokens of one generation. */
function findSiblings({ start, requests }: GrantHistory): Violation[] {
  const violations: Violation[] = [];
  const first = new Map<number, { token: string; request: number | null }>([
    [1, { token: start.token, request: null }],
  ]);
  for (const { request, outcome } of requests.filter(isAnswered)) {
    const known = first.get(outcome.generation);
    if (!known) first.set(outcome.generation, { token: outcome.token, request });
    else if (known.token !== outcome.token) {
      const other = known.request === null ? "the start" : `request ${known.request}`;
      violations.push({
        invariant: "I1",
        says: `requests of generation ${outcome.generation} were handed two different tokens: ${other} and request ${request}`,
        requests: known.request === null ? [request] : [known.request, request],
      });
    }
  }
  return violations;
}

/** An answer with a generation that is not newer than what was presented, or older than an answer before it. */
function findStepsBack({ requests }: GrantHistory): Violation[] {
  const violations: Violation[] = [];
  const answers = requests.filter(isAnswered);
  const ended = answers.toSorted((one, other) => one.outcome.at - other.outcome.at);
  let next = 0;
  let newest: Answered | null = null;
  for (const answer of answers) {
    for (let done = ended[next]; done && done.outcome.at < answer.at; done = ended[++next]) {
      if (!newest || done.outcome.generation > newest.outcome.generation) newest = done;
    }
    const { generation } = answer.outcome;
    if (generation <= answer.generation) {
      const says = `request ${answer.request} presented generation ${answer.generation} and was handed ${generation}`;
      violations.push({ invariant: "I1", says, requests: [answer.request] });
    } else if (newest && generation < newest.outcome.generation) {
      violations.push({
        invariant: "I1",
        says: `request ${answer.request} was handed generation ${generation}, after request ${newest.request} had been handed ${newest.outcome.generation}`,
        requests: [newest.request, answer.request],
      });
    }
  }
  return violations;
}
