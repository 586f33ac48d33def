import { invalid } from "../http/parameters.ts";
import { supportedEvents } from "./event-types.ts";
import { eventsDelivered, type Stream } from "./stream.ts";
import { type ChangeRequest, deliveryMethods } from "./stream-request.ts";

/** Seconds between two requests for a verification event. */
export const verificationInterval = 30;

/** A stream as its receiver sees it (SSF 1.0, section 8.1.1). */
export interface StreamConfiguration {
  readonly stream_id: string;
  readonly iss: string;
  readonly aud: string;
  readonly events_supported: readonly string[];
  readonly events_requested: readonly string[];
  readonly events_delivered: readonly string[];
  /** Without the authorization header, which nobody is shown again. */
  readonly delivery: { readonly method: string; readonly endpoint_url: string };
  readonly min_verification_interval: number;
  readonly description?: string;
}

export function toConfiguration(issuer: string, stream: Stream): StreamConfiguration {
  const { id, serviceId, description, eventsRequested, method, endpointUrl } = stream;
  return {
    stream_id: id,
    iss: issuer,
    aud: serviceId,
    events_supported: supportedEvents,
    events_requested: eventsRequested,
    events_delivered: eventsDelivered(stream),
    delivery: { method: deliveryMethods[method], endpoint_url: endpointUrl ?? pollUrl(issuer, id) },
    min_verification_interval: verificationInterval,
    ...(description === null ? {} : { description }),
  };
}

/** Where a stream's SETs are fetched. */
function pollUrl(issuer: string, streamId: string): string {
  return `${issuer}/signals/poll/${streamId}`;
}

const ours = ["iss", "aud", "events_supported", "events_delivered", "min_verification_interval"] as const;

/**
 * What is ours may be sent back, but not changed; `events_delivered` as it was before.
 *
 * @throws AppError `invalid_request`
 */
export function assertUnchanged(issuer: string, stream: Stream, request: ChangeRequest): void {
  const current = toConfiguration(issuer, stream);
  const changed = ours.find((name) => request[name] !== undefined && !isSame(request[name], current[name]));
  if (changed) throw invalid(changed, "is ours to say, and not what we say");
  const { method, endpoint_url } = request.delivery ?? {};
  // On the way from pushing to polling it may be whatever it was.
  const isOurs = method === deliveryMethods.poll && stream.method === "poll";
  if (isOurs && endpoint_url && endpoint_url !== current.delivery.endpoint_url) {
    throw invalid("delivery.endpoint_url", "is ours to say where the method is poll");
  }
}

type Value = string | number | readonly string[];

/** One string and a list of it alone are the same audience, and the order of events says nothing. */
function isSame(given: Value | undefined, current: Value): boolean {
  const [one, other] = [given ?? [], current].map((value) => JSON.stringify([value].flat().sort()));
  return one === other;
}
