import { supportedEvents } from "./event-types.ts";

/** How SETs reach the receiver: RFC 8935 or RFC 8936. */
export type DeliveryMethod = "push" | "poll";

/** `paused` holds what happens for later, `disabled` drops it. */
export const streamStatuses = ["enabled", "paused", "disabled"] as const;
export type StreamStatus = (typeof streamStatuses)[number];

/** What a service hears, and how. */
export interface Stream {
  readonly id: string;
  readonly serviceId: string;
  readonly description: string | null;
  /** Event types, as the receiver asked for them. */
  readonly eventsRequested: readonly string[];
  readonly method: DeliveryMethod;
  /** Where to push to; null for polling. */
  readonly endpointUrl: string | null;
  /** The `Authorization` header that the receiver wants to see at its endpoint, sealed. */
  readonly sealedAuthorization: Buffer | null;
  readonly status: StreamStatus;
  readonly statusReason: string | null;
  readonly createdAt: Date;
  /** What happened before is not for it: when it was made, or enabled after it had been disabled. */
  readonly hearsFrom: Date;
}

/** What it gets of what it asked for. */
export function eventsDelivered({ eventsRequested }: Pick<Stream, "eventsRequested">): string[] {
  return supportedEvents.filter((type) => eventsRequested.includes(type));
}

/** The name of the queue of each method. A stream is a destination in one of them. */
export const queueNames: Readonly<Record<DeliveryMethod, string>> = { push: "signals", poll: "signals-poll" };

/** What a stream's authorization header is sealed for: one stream's cannot be put in the place of another's. */
export const sealPurpose = (streamId: string) => `signal-stream-authorization:${streamId}`;
