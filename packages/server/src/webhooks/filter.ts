import { type EventType, eventTypes } from "@holdfast/protocol";
import type { LogLine } from "../events/index.ts";
import type { Endpoint } from "./endpoint.ts";

/** Whether a pattern is a type, or a wildcard that at least one type fits. */
export function isPattern(pattern: string, types: readonly string[]): boolean {
  return types.some((type) => fits(pattern, type));
}

/** `*` fits every type, `session.*` all that begin so, anything else itself. */
function fits(pattern: string, type: string): boolean {
  if (pattern === "*") return true;
  return pattern.endsWith(".*") ? type.startsWith(pattern.slice(0, -1)) : pattern === type;
}

/** The types of lines that at least one endpoint wants. */
export function typesWanted(endpoints: readonly Pick<Endpoint, "events">[]): EventType[] {
  const patterns = [...new Set(endpoints.flatMap(({ events }) => events))];
  return eventTypes.filter((type) => patterns.some((pattern) => fits(pattern, type)));
}

/**
 * Whether an endpoint wants to hear of a line. One that asks for certain clients or accounts hears nothing of lines that
 * are about none: a session, for example, belongs to all its clients, and its end to none of them.
 */
export function wants(endpoint: Endpoint, line: LogLine): boolean {
  return (
    endpoint.events.some((pattern) => fits(pattern, line.type)) &&
    (endpoint.clients.length === 0 || endpoint.clients.includes(line.clientId ?? "")) &&
    (endpoint.accounts.length === 0 || endpoint.accounts.includes(line.accountId ?? ""))
  );
}
