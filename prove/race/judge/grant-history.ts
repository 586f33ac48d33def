import type {
  AnswerLine,
  EvidenceLine,
  GrantLine,
  Line,
  RefusalLine,
  RevokeLine,
  SendLine,
  TroubleLine,
} from "../history/line.ts";

/** How a request ended, as far as its sender knows. */
export type Outcome = AnswerLine | RefusalLine | TroubleLine;

/** A request from its sending to its outcome. */
export interface RequestRecord extends SendLine {
  readonly outcome: Outcome | null;
}

/** Everything that is known about one grant. */
export interface GrantHistory {
  readonly start: GrantLine;
  /** In the order in which they were sent. */
  readonly requests: readonly RequestRecord[];
  readonly revocations: readonly RevokeLine[];
  readonly evidence: EvidenceLine;
  /** All of it in order, for the excerpt. */
  readonly lines: readonly Line[];
}

/** A request that was answered well. */
export type Answered = RequestRecord & { readonly outcome: AnswerLine };
export type Refused = RequestRecord & { readonly outcome: RefusalLine };

export function isAnswered(request: RequestRecord): request is Answered {
  return request.outcome?.kind === "answer";
}

export function isRefused(request: RequestRecord): request is Refused {
  return request.outcome?.kind === "refusal";
}

/** Puts a grant's lines together. @throws Error when it does not begin with its start, or names an unknown request */
export function assembleHistory(lines: readonly Line[], evidence: EvidenceLine): GrantHistory {
  const [start] = lines;
  if (start?.kind !== "grant") throw new Error(`the history of grant ${evidence.grant} does not begin with its start`);
  const requests = new Map<number, SendLine & { outcome: Outcome | null }>();
  const revocations: RevokeLine[] = [];
  for (const line of lines) {
    if (line.kind === "send") requests.set(line.request, { ...line, outcome: null });
    if (line.kind === "revoke" || line.kind === "revoked") revocations.push(line);
    if (line.kind === "answer" || line.kind === "refusal" || line.kind === "trouble") {
      const request = requests.get(line.request);
      if (!request) throw new Error(`request ${line.request} ended and was never sent`);
      request.outcome = line;
    }
  }
  return { start, requests: [...requests.values()], revocations, evidence, lines: [...lines, evidence] };
}
