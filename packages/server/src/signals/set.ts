import { toNumericDate } from "../clock/clock.ts";
import { sha256 } from "../crypto/digest.ts";
import type { NewDelivery } from "../deliveries/index.ts";
import type { LogLine } from "../events/index.ts";
import { shortName } from "./event-types.ts";
import type { SecurityEvent, SubjectId } from "./security-event.ts";
import type { Stream } from "./stream.ts";

/** The claims of a security event token (RFC 8417): no `sub` and no `exp`, so that no other JWT can be mistaken for one. */
export interface SetClaims {
  readonly iss: string;
  readonly jti: string;
  readonly iat: number;
  readonly aud: string;
  readonly txn?: string;
  readonly sub_id: SubjectId;
  readonly events: Readonly<Record<string, unknown>>;
}

/** What a token of a line has in common with every other of the same line. */
export interface Origin {
  readonly txn: string;
  /** The same whenever it is made again: a receiver that has seen it can tell. */
  readonly jti: string;
}

/** Not the line's number, which would tell how much happens here. */
export function originOf({ id, at }: Pick<LogLine, "id" | "at">, streamId: string): Origin {
  const txn = digestOf(`${id}.${at.getTime()}`);
  return { txn, jti: digestOf(`${txn}.${streamId}`) };
}

function digestOf(text: string): string {
  return sha256(text).toString("base64url").slice(0, 22);
}

interface SetDetails {
  readonly issuer: string;
  readonly stream: Pick<Stream, "id" | "serviceId">;
  readonly jti: string;
  readonly txn?: string;
  readonly occurredAt: Date;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Makes an event a stream's own. It is queued unsigned: see `signWith`. */
export function toDelivery({ eventType, subject, event }: SecurityEvent, details: SetDetails): NewDelivery {
  const { issuer, stream, jti, txn, occurredAt, now } = details;
  const claims: SetClaims = {
    iss: issuer,
    jti,
    iat: toNumericDate(now),
    aud: stream.serviceId,
    ...(txn === undefined ? {} : { txn }),
    sub_id: subject,
    events: { [eventType]: event },
  };
  return {
    destinationId: stream.id,
    messageId: jti,
    type: shortName(eventType),
    body: JSON.stringify(claims),
    occurredAt,
  };
}

/** Signs what was queued, as a SET in compact form. */
export type SignSet = (body: string) => Promise<string>;

/**
 * Makes SETs of what was queued, at the moment they are sent: one that had waited for days with its signature could be of
 * a key that is published no more. All but the signature is as it was, `jti` and `iat` too.
 */
export function signWith(sign: (type: string, claims: object) => Promise<string>): SignSet {
  return (body) => sign("secevent+jwt", JSON.parse(body) as SetClaims);
}
