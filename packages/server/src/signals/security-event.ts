import { toNumericDate } from "../clock/clock.ts";
import type { LogLine } from "../events/index.ts";
import { sessionRevoked, streamUpdated, tokenClaimsChange, verification } from "./event-types.ts";
import { reasonOf } from "./reasons.ts";
import type { Stream } from "./stream.ts";

/** A subject identifier (RFC 9493), simple or complex (SSF 1.0, section 3.3). */
export type SubjectId = Readonly<Record<string, unknown>> & { readonly format: string };

/** What is told, before it is anybody's in particular. */
export interface SecurityEvent {
  readonly eventType: string;
  readonly subject: SubjectId;
  readonly event: Readonly<Record<string, unknown>>;
}

/** What a line of the log tells receivers; null for one that tells nothing. */
export function securityEventOf(issuer: string, line: LogLine): SecurityEvent | null {
  if (line.type === "session.revoked") return sessionRevokedEvent(issuer, line);
  if (line.type === "member.role_changed") return claimsChangeEvent(issuer, line);
  return null;
}

/** The types of lines that tell of these events. */
export function lineTypesFor(eventTypes: readonly string[]): LogLine["type"][] {
  return (
    [
      [sessionRevoked, "session.revoked"],
      [tokenClaimsChange, "member.role_changed"],
    ] as const
  ).flatMap(([eventType, lineType]) => (eventTypes.includes(eventType) ? [lineType] : []));
}

function sessionRevokedEvent(issuer: string, { at, sessionId, userId, data }: LogLine): SecurityEvent | null {
  if (sessionId === null || userId === null) return null;
  const { entity, text } = reasonOf(data.reason);
  return {
    eventType: sessionRevoked,
    subject: {
      format: "complex",
      session: { format: "opaque", id: sessionId },
      user: { format: "iss_sub", iss: issuer, sub: userId },
    },
    event: { event_timestamp: toNumericDate(at.getTime()), initiating_entity: entity, reason_admin: { en: text } },
  };
}

function claimsChangeEvent(issuer: string, { at, accountId, userId, data }: LogLine): SecurityEvent | null {
  if (accountId === null || userId === null || typeof data.role !== "string") return null;
  return {
    eventType: tokenClaimsChange,
    subject: {
      format: "complex",
      user: { format: "iss_sub", iss: issuer, sub: userId },
      tenant: { format: "opaque", id: accountId },
    },
    event: {
      event_timestamp: toNumericDate(at.getTime()),
      initiating_entity: "admin",
      reason_admin: { en: "The person has another role in the account." },
      claims: { role: data.role },
    },
  };
}

export function verificationEvent(streamId: string, state: string | undefined): SecurityEvent {
  return { eventType: verification, subject: subjectOf(streamId), event: state === undefined ? {} : { state } };
}

export function streamUpdatedEvent({ id }: Stream, { status, statusReason }: Pick<Stream, "status" | "statusReason">) {
  const event = { status, ...(statusReason === null ? {} : { reason: statusReason }) };
  return { eventType: streamUpdated, subject: subjectOf(id), event };
}

const subjectOf = (streamId: string): SubjectId => ({ format: "opaque", id: streamId });
