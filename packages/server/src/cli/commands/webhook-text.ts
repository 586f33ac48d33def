import type { Holdfast } from "../../holdfast.ts";
import { deploymentArguments } from "../arguments.ts";
import { formatTable } from "../output.ts";

type Endpoint = Awaited<ReturnType<Holdfast["webhooks"]["find"]>>;
type Delivery = Awaited<ReturnType<Holdfast["webhooks"]["deliveries"]>>[number];
type Attempt = Awaited<ReturnType<Holdfast["webhooks"]["attempts"]>>[number];

/** What the commands take that are about one endpoint. */
export const webhookArguments = {
  ...deploymentArguments,
  webhook: { type: "positional", required: true, description: "The endpoint's id" },
} as const;

/** The parts of a list written with commas. */
export function readList(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
}

export function formatEndpoints(endpoints: readonly Endpoint[]): string {
  if (endpoints.length === 0) return "There are no webhooks. `holdfast webhook add <url> --events <types>` makes one.";
  const rows = endpoints.map((endpoint) => [endpoint.id, stateOf(endpoint), endpoint.events.join(","), endpoint.url]);
  return formatTable(["WEBHOOK", "STATE", "EVENTS", "URL"], rows);
}

export function describeEndpoint(endpoint: Endpoint): string {
  const lines: [string, string][] = [
    ["Webhook", endpoint.id],
    ["URL", endpoint.url],
    ...(endpoint.description === null ? [] : [["Description", endpoint.description] as [string, string]]),
    ["State", stateOf(endpoint)],
    ["Events", endpoint.events.join(", ")],
    ["Clients", endpoint.clients.join(", ") || "all"],
    ["Accounts", endpoint.accounts.join(", ") || "all"],
    ["Made", endpoint.createdAt.toISOString()],
  ];
  return lines.map(([name, value]) => `${name.padEnd(13)}${value}`).join("\n");
}

function stateOf({ disabledAt, disabledReason, failingSince, failures, pausedUntil }: Endpoint): string {
  if (disabledAt) return `disabled since ${disabledAt.toISOString()} (${disabledReason})`;
  const pause = pausedUntil ? `, left alone until ${pausedUntil.toISOString()}` : "";
  return failingSince ? `failing since ${failingSince.toISOString()} (${failures} attempts${pause})` : "working";
}

export function endpointToJson(endpoint: Endpoint) {
  return {
    id: endpoint.id,
    url: endpoint.url,
    description: endpoint.description,
    events: endpoint.events,
    clients: endpoint.clients,
    accounts: endpoint.accounts,
    created_at: endpoint.createdAt,
    failing_since: endpoint.failingSince,
    failures: endpoint.failures,
    paused_until: endpoint.pausedUntil,
    disabled_at: endpoint.disabledAt,
    disabled_reason: endpoint.disabledReason,
  };
}

export function formatDeliveries(deliveries: readonly Delivery[]): string {
  if (deliveries.length === 0) return "There are no such messages.";
  const rows = deliveries.map(({ messageId, type, occurredAt, state, attempts, last, nextAttemptAt }) => [
    messageId,
    type,
    occurredAt.toISOString(),
    state,
    String(attempts),
    last ? (last.error ?? `answered ${last.status}`) : "-",
    nextAttemptAt?.toISOString() ?? "-",
  ]);
  return formatTable(["MESSAGE", "EVENT", "HAPPENED", "STATE", "ATTEMPTS", "LAST ATTEMPT", "NEXT ATTEMPT"], rows);
}

export function formatAttempts(attempts: readonly Attempt[]): string {
  if (attempts.length === 0) return "No attempt has come to its end yet.";
  const rows = attempts.map(({ number, startedAt, durationMs, outcome, status, error, answer }) => [
    String(number),
    startedAt.toISOString(),
    `${durationMs} ms`,
    error ?? outcome,
    status === null ? "-" : String(status),
    answer?.slice(0, 80) ?? "",
  ]);
  return formatTable(["ATTEMPT", "BEGAN", "TOOK", "OUTCOME", "STATUS", "ANSWER"], rows);
}

export function deliveryToJson({ id, messageId, type, occurredAt, createdAt, ...rest }: Delivery) {
  const { state, attempts, nextAttemptAt, finishedAt, last } = rest;
  return {
    id,
    message: messageId,
    type,
    occurred_at: occurredAt,
    created_at: createdAt,
    state,
    attempts,
    next_attempt_at: nextAttemptAt,
    finished_at: finishedAt,
    last_attempt: last && attemptToJson(last),
  };
}

export function attemptToJson({ number, startedAt, durationMs, outcome, status, error, answer }: Attempt) {
  return { number, started_at: startedAt, duration_ms: durationMs, outcome, status, error, answer };
}
