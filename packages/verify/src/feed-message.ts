import type { FeedClaimsChanged, FeedHello, FeedMessage, FeedResync, FeedRevoked, FeedTick } from "@holdfast/protocol";
import type { ServerSentEvent } from "./event-stream.ts";

type Data = Readonly<Record<string, unknown>>;

/**
 * Reads a message of the feed.
 *
 * @returns undefined for an event of a later version, which is to be passed over
 * @throws Error when an event that we know is not what the protocol says
 */
export function parseFeedMessage({ event, data }: ServerSentEvent): FeedMessage | undefined {
  switch (event) {
    case "hello":
      return { event, data: checked<FeedHello>(event, data, isHello) };
    case "revoked":
      return { event, data: checked<FeedRevoked>(event, data, isRevoked) };
    case "claims_changed":
      return { event, data: checked<FeedClaimsChanged>(event, data, isClaimsChanged) };
    case "keys_changed":
      return { event, data: {} };
    case "resync":
      return { event, data: checked<FeedResync>(event, data, isResync) };
    case "tick":
      return { event, data: checked<FeedTick>(event, data, isTick) };
    default:
      return undefined;
  }
}

function checked<Message>(event: string, text: string, isValid: (data: Data) => boolean): Message {
  const data: unknown = JSON.parse(text);
  if (typeof data === "object" && data !== null && isValid(data as Data)) return data as Message;
  throw new Error(`The feed sent a malformed \`${event}\``);
}

function isHello(data: Data): boolean {
  return isTime(data.server_time_ms) && isPositive(data.heartbeat_seconds) && isPositive(data.horizon_seconds);
}

function isRevoked({ subject, digest, at_ms }: Data): boolean {
  return (subject === "session" || subject === "grant") && isDigest(digest) && isTime(at_ms);
}

function isClaimsChanged({ subject, digest, at_ms }: Data): boolean {
  return (subject === "session" || subject === "user" || subject === "account") && isDigest(digest) && isTime(at_ms);
}

function isDigest(value: unknown): boolean {
  return typeof value === "string" && /^[\w-]{43}$/.test(value);
}

function isResync({ reason }: Data): boolean {
  return typeof reason === "string";
}

function isTick(data: Data): boolean {
  return isTime(data.server_time_ms);
}

function isTime(value: unknown): boolean {
  return typeof value === "number" && value >= 0;
}

function isPositive(value: unknown): boolean {
  return typeof value === "number" && value > 0;
}
