import type { WebhookEventType } from "@holdfast/protocol";
import { isUuid } from "../crypto/uuid.ts";
import { eventCatalogue } from "../events/index.ts";
import { AppError } from "../http/app-error.ts";
import { type TargetUrlRules, targetUrlProblem } from "../http/target-url.ts";
import { isPattern } from "./filter.ts";

/** Where events are sent, and which. */
export interface Endpoint {
  readonly id: string;
  readonly url: string;
  readonly description: string | null;
  /** Types and wildcards: `session.revoked`, `session.*`, `*`. */
  readonly events: readonly string[];
  /** Only events of these clients; empty for all. */
  readonly clients: readonly string[];
  /** Only events of these accounts; empty for all. */
  readonly accounts: readonly string[];
  readonly createdAt: Date;
  /** What happened before is not for it: when it was made, or enabled after it had been disabled. */
  readonly hearsFrom: Date;
}

/** What an endpoint is made of. */
export interface EndpointInput {
  readonly url: string;
  readonly description?: string | null | undefined;
  readonly events: readonly string[];
  readonly clients?: readonly string[] | undefined;
  readonly accounts?: readonly string[] | undefined;
}

export interface EndpointRules extends TargetUrlRules {
  readonly isClient: (id: string) => boolean;
}

const longestDescription = 200;
const maximumFilters = 100;

/**
 * Checks what an endpoint is to be.
 *
 * @throws AppError `invalid_request`, with every problem
 */
export function assertEndpoint(input: EndpointInput, rules: EndpointRules): void {
  const problems = [
    ...urlProblems(input.url, rules),
    ...eventProblems(input.events),
    ...listProblems("clients", input.clients, (id) =>
      rules.isClient(id) ? null : "is not a client of the configuration",
    ),
    ...listProblems("accounts", input.accounts, (id) => (isUuid(id) ? null : "is not the id of an account")),
  ];
  if ((input.description?.length ?? 0) > longestDescription) {
    problems.push({ path: "description", message: `is longer than ${longestDescription} characters` });
  }
  if (problems.length === 0) return;
  const detail = problems.map(({ path, message }) => `${path}: ${message}`).join("; ");
  throw new AppError("invalid_request", `The endpoint is not valid. ${detail}.`, { problems });
}

interface Problem {
  readonly path: string;
  readonly message: string;
}

function urlProblems(value: string, rules: EndpointRules): Problem[] {
  const message = targetUrlProblem(value, rules);
  return message === null ? [] : [{ path: "url", message }];
}

function eventProblems(events: readonly string[]): Problem[] {
  if (events.length === 0) return [{ path: "events", message: "is empty; `*` stands for all" }];
  return listProblems("events", events, (pattern) =>
    isPattern(pattern, catalogueTypes) ? null : "is neither an event nor a wildcard that any event fits",
  );
}

const catalogueTypes = Object.keys(eventCatalogue) as WebhookEventType[];

function listProblems(
  path: string,
  values: readonly string[] | undefined,
  check: (value: string) => string | null,
): Problem[] {
  if (values && values.length > maximumFilters) return [{ path, message: `has more than ${maximumFilters} entries` }];
  return (values ?? []).flatMap((value) => {
    const message = check(value);
    return message === null ? [] : [{ path: `${path} "${value.slice(0, 80)}"`, message }];
  });
}
