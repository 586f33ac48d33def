import type { Milliseconds } from "../env.ts";

/** What happens to one request on its way. */
export type Fault =
  /** Nothing gets out: `TypeError: Failed to fetch`. */
  | { readonly kind: "unreachable" }
  /** It never reaches the server. `reset`: the browser notices. `silence`: it does not. */
  | { readonly kind: "lose-request"; readonly ending: "reset" | "silence" }
  /** The server acts on it, and the answer never arrives. */
  | { readonly kind: "lose-response"; readonly ending: "reset" | "silence" }
  /** The server acts on it, and half of the answer's body arrives. */
  | { readonly kind: "truncate" }
  /** Somebody on the way answers in the server's place: a captive portal, a proxy, a load balancer. */
  | { readonly kind: "answer"; readonly answer: () => Response; readonly name: string }
  | { readonly kind: "delay"; readonly up: Milliseconds; readonly down: Milliseconds };

/** Which requests: by the end of the address's path (`/refresh`), or by a question. */
export type RequestMatch = string | ((request: Request, tab: string) => boolean);

const html = { "content-type": "text/html; charset=utf-8" };

/** The faults that scripts ask for, by name. */
export interface Faults {
  /** There is no way out: `TypeError: Failed to fetch`. */
  readonly unreachable: Fault;
  readonly loseRequest: Fault;
  /** The request is lost, and nobody notices. */
  readonly hang: Fault;
  /** The server acts, and the connection breaks. */
  readonly loseResponse: Fault;
  /** The server acts, and nobody notices that the answer never comes. */
  readonly swallowResponse: Fault;
  readonly truncate: Fault;
  readonly captivePortal: Fault;
  /** A proxy of its own kind in between, which says it with HTML. */
  readonly proxyRefusal: (status: 401 | 403 | 407) => Fault;
  readonly badGateway: Fault;
  /** `retryAfter` as the header has it: seconds, or a date; a function where it changes from answer to answer. */
  readonly tooMany: (retryAfter: string | (() => string)) => Fault;
  readonly unavailable: (retryAfter: string) => Fault;
  readonly slow: (up: Milliseconds, down: Milliseconds) => Fault;
}

export const faults: Faults = {
  unreachable: { kind: "unreachable" },
  loseRequest: { kind: "lose-request", ending: "reset" },
  hang: { kind: "lose-request", ending: "silence" },
  loseResponse: { kind: "lose-response", ending: "reset" },
  swallowResponse: { kind: "lose-response", ending: "silence" },
  truncate: { kind: "truncate" },
  captivePortal: answered("captive portal", () => new Response("<html>Accept our terms</html>", { headers: html })),
  proxyRefusal: (status) =>
    answered(`proxy ${status}`, () => new Response("<html>Access denied</html>", { status, headers: html })),
  badGateway: answered("502", () => new Response("<html>Bad Gateway</html>", { status: 502, headers: html })),
  tooMany: (retryAfter) =>
    answered("429", () => refusal(429, "rate_limited", typeof retryAfter === "string" ? retryAfter : retryAfter())),
  unavailable: (retryAfter) => answered("503", () => refusal(503, "temporarily_unavailable", retryAfter)),
  slow: (up, down) => ({ kind: "delay", up, down }),
};

function answered(name: string, answer: () => Response): Fault {
  return { kind: "answer", name, answer };
}

function refusal(status: number, code: string, retryAfter: string): Response {
  const body = { error: code, error_description: code, reason: code, retryable: true, request_id: "in-between" };
  return Response.json(body, { status, headers: { "retry-after": retryAfter } });
}

/** The faults that are in force, each for so many requests. */
export interface FaultScript {
  /** The next `times` requests that match meet this fault. */
  next(match: RequestMatch, fault: Fault, times?: number): void;
  /** Every one, until the returned function is called. */
  always(match: RequestMatch, fault: Fault): () => void;
  /** The fault for this request, which is used up by it; of several the first that was asked for. */
  take(request: Request, tab: string): Fault | null;
  clear(): void;
}

interface Rule {
  readonly match: RequestMatch;
  readonly fault: Fault;
  left: number;
}

export function createFaultScript(): FaultScript {
  let rules: Rule[] = [];
  const add = (match: RequestMatch, fault: Fault, left: number) => {
    const rule = { match, fault, left };
    rules.push(rule);
    return rule;
  };
  return {
    next: (match, fault, times = 1) => void add(match, fault, times),
    always(match, fault) {
      const rule = add(match, fault, Number.POSITIVE_INFINITY);
      return () => {
        rules = rules.filter((each) => each !== rule);
      };
    },
    take(request, tab) {
      const rule = rules.find(({ match, left }) => left > 0 && isMatch(match, request, tab));
      if (!rule) return null;
      rule.left--;
      return rule.fault;
    },
    clear() {
      rules = [];
    },
  };
}

function isMatch(match: RequestMatch, request: Request, tab: string): boolean {
  return typeof match === "string" ? new URL(request.url).pathname.endsWith(match) : match(request, tab);
}
