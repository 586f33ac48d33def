import type { Holdfast } from "../../holdfast.ts";
import { deploymentArguments } from "../arguments.ts";
import { formatTable } from "../output.ts";

/** A stream of security events. */
export type Stream = Awaited<ReturnType<Holdfast["signals"]["find"]>>;
type Delivery = Awaited<ReturnType<Holdfast["signals"]["deliveries"]>>[number];

/** What the commands take that are about one stream. */
export const streamArguments = {
  ...deploymentArguments,
  stream: { type: "positional", required: true, description: "The stream's id" },
} as const;

export function formatStreams(streams: readonly Stream[], mayHear: (serviceId: string) => boolean): string {
  if (streams.length === 0) return "There are no streams. A service that may receive `signals` makes its own.";
  const rows = streams.map(({ id, serviceId, method, status, endpointUrl }) => [
    id,
    serviceId,
    method,
    mayHear(serviceId) ? status : "rests: the service may receive no signals",
    endpointUrl ?? "-",
  ]);
  return formatTable(["STREAM", "SERVICE", "METHOD", "STATUS", "ENDPOINT"], rows);
}

export function describeStream(stream: Stream): string {
  const { status, statusReason, description, endpointUrl, sealedAuthorization } = stream;
  const lines: [string, string][] = [
    ["Stream", stream.id],
    ["Service", stream.serviceId],
    ...(description === null ? [] : [["Description", description] as [string, string]]),
    ["Status", statusReason === null ? status : `${status} (${statusReason})`],
    ["Method", stream.method],
    ...(endpointUrl === null ? [] : [["Endpoint", endpointUrl] as [string, string]]),
    ...(sealedAuthorization === null ? [] : [["Header", "Authorization, as the receiver gave it"] as [string, string]]),
    ["Requested", stream.eventsRequested.join(", ") || "nothing"],
    ["Made", stream.createdAt.toISOString()],
  ];
  return lines.map(([name, value]) => `${name.padEnd(13)}${value}`).join("\n");
}

export function streamToJson(stream: Stream) {
  return {
    id: stream.id,
    service: stream.serviceId,
    description: stream.description,
    status: stream.status,
    reason: stream.statusReason,
    method: stream.method,
    endpoint_url: stream.endpointUrl,
    has_authorization: stream.sealedAuthorization !== null,
    events_requested: stream.eventsRequested,
    created_at: stream.createdAt,
  };
}

export function formatLog(deliveries: readonly Delivery[]): string {
  if (deliveries.length === 0) return "There are no such tokens.";
  const rows = deliveries.map(({ messageId, type, occurredAt, state, attempts, last }) => [
    messageId,
    type,
    occurredAt.toISOString(),
    state,
    String(attempts),
    last ? (last.error ?? last.outcome) : "-",
  ]);
  return formatTable(["JTI", "EVENT", "HAPPENED", "STATE", "ATTEMPTS", "LAST"], rows);
}
