import type { EventType, FeedMessage } from "@holdfast/protocol";
import { sha256 } from "../crypto/digest.ts";
import { type Cursor, formatCursor } from "./cursor.ts";

/** What happened, as followers hear of it. */
export type News = Extract<FeedMessage, { event: "revoked" | "claims_changed" | "keys_changed" }>;

/** A line that followers hear of, at its place in the log. */
export interface FeedEntry {
  readonly cursor: Cursor;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly message: News;
  /** Why something ended: for those whose it is, and nobody else. */
  readonly reason?: string | undefined;
}

/** What of a line of the log is told. */
export interface Line {
  readonly type: EventType;
  readonly at: Date;
  readonly session_id: string | null;
  readonly grant_id: string | null;
  readonly user_id: string | null;
  readonly account_id: string | null;
  readonly reason: string | null;
}

type Telling = (line: Line) => News | null;

/**
 * Which lines followers hear of, and as what. The index `events_for_feed` has to list every one of these types: a new
 * one comes with a migration.
 */
const tellings: Readonly<Partial<Record<EventType, Telling>>> = {
  "session.revoked": revoked("session"),
  "grant.revoked": revoked("grant"),
  // A person's tokens for other accounts are refreshed with it, which costs little and is seldom.
  "member.role_changed": claimsChanged("user"),
  // Other clients' tokens of the session are refreshed with it: no digest tells of one grant's claims.
  "grant.account_switched": claimsChanged("session"),
  // Its grants are revoked; tokens from before their person switched to another account are not.
  "account.closed": claimsChanged("account"),
  "key.created": keysChanged,
  "key.retired": keysChanged,
};

export const toldTypes = Object.keys(tellings) as readonly EventType[];

/** What a line tells; null for one that tells nothing. */
export function newsOf(line: Line): News | null {
  return tellings[line.type]?.(line) ?? null;
}

/**
 * What tells two entries apart. Not the cursor alone: a standby that is promoted before it heard the end gives its
 * transactions' numbers to others.
 */
export function keyOf({ cursor, at, message }: FeedEntry): string {
  const what = message.event === "keys_changed" ? at : message.data.digest;
  return `${formatCursor(cursor)} ${message.event} ${what}`;
}

function revoked(subject: "session" | "grant"): Telling {
  return (line) => {
    const id = line[`${subject}_id`];
    return id === null ? null : { event: "revoked", data: { subject, digest: digestOf(id), at_ms: line.at.getTime() } };
  };
}

function claimsChanged(subject: "session" | "user" | "account"): Telling {
  return (line) => {
    const id = line[`${subject}_id`];
    if (id === null) return null;
    return { event: "claims_changed", data: { subject, digest: digestOf(id), at_ms: line.at.getTime() } };
  };
}

function keysChanged(): News {
  return { event: "keys_changed", data: {} };
}

/** What the feed calls a session, a grant, a user or an account. */
export function digestOf(id: string): string {
  return sha256(id).toString("base64url");
}
