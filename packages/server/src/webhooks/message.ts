import type { WebhookEventType, WebhookMessage } from "@holdfast/protocol";
import { sha256 } from "../crypto/digest.ts";
import { catalogueVersion, eventCatalogue, type LogLine } from "../events/index.ts";

/**
 * The id of a line's message: the same whenever and to whomever it is sent. Not the line's number, which would tell how
 * much happens here.
 */
export function messageIdOf({ id, at }: Pick<LogLine, "id" | "at">): string {
  return `evt_${sha256(`${id}.${at.getTime()}`).toString("base64url").slice(0, 22)}`;
}

/** A line of the log as it is told outside: what the catalogue names, and nothing else. */
export function messageOf(line: LogLine): WebhookMessage {
  const ids = withoutNulls({
    session_id: line.sessionId,
    grant_id: line.grantId,
    user_id: line.userId,
    account_id: line.accountId,
    client_id: line.clientId,
    request_id: line.requestId,
  });
  const { data } = eventCatalogue[line.type];
  const told = data.safeParse({ ...line.data, ...ids });
  // A line that another version wrote otherwise is still news: what it is about is told.
  return makeMessage(line.type, { id: messageIdOf(line), at: line.at, data: told.success ? told.data : ids });
}

/** A message that stands in no log. */
export function makeMessage(
  type: WebhookEventType,
  { id, at, data }: { readonly id: string; readonly at: Date; readonly data: Readonly<Record<string, unknown>> },
): WebhookMessage {
  return { id, type, timestamp: at.toISOString(), version: catalogueVersion, data };
}

function withoutNulls(values: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== null));
}
