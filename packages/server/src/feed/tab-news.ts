import type { SessionMessage } from "@holdfast/protocol";
import { toldReason } from "../grants/index.ts";
import { digestOf, type FeedEntry } from "./entry.ts";

/** Whose news a tab is told. */
export interface TabIdentity {
  readonly sessionId: string;
  readonly userId: string;
  /** The client's live grants under the session, and the accounts they act for. */
  readonly grants: readonly { readonly id: string; readonly accountId: string }[];
  /** The session ends then in any case. */
  readonly expiresAt: Date;
}

type Subject = "session" | "grant" | "user" | "account";

/** What news of this subject is found by. */
export const keyFor = (subject: Subject, id: string) => `${subject} ${digestOf(id)}`;

/** What all news of a tab is found by. */
export function keysOf({ sessionId, userId, grants }: TabIdentity): string[] {
  const ofGrants = grants.flatMap(({ id, accountId }) => [keyFor("grant", id), keyFor("account", accountId)]);
  return [...new Set([keyFor("session", sessionId), keyFor("user", userId), ...ofGrants])];
}

export function keyOfEntry({ message }: FeedEntry): string {
  return message.event === "keys_changed" ? "" : `${message.data.subject} ${message.data.digest}`;
}

/** What a tab is told of a line: none of what concerns nobody in particular. */
export function toMessages({ message, at, reason }: FeedEntry): SessionMessage[] {
  if (message.event === "keys_changed") return [];
  if (message.event === "claims_changed") {
    return [{ event: "claims_changed", data: { subject: message.data.subject, at_ms: at } }];
  }
  return [{ event: "revoked", data: { subject: message.data.subject, reason: toldReason(reason ?? null), at_ms: at } }];
}

/** What is left of a tab's own after what happened; null when that was the end: of the session, or of all its grants. */
export function afterNews(identity: TabIdentity, entries: readonly FeedEntry[]): TabIdentity | null {
  const ended = new Set(entries.filter(({ message }) => message.event === "revoked").map(keyOfEntry));
  if (ended.size === 0) return identity;
  const grants = identity.grants.filter(({ id }) => !ended.has(keyFor("grant", id)));
  return ended.has(keyFor("session", identity.sessionId)) || grants.length === 0 ? null : { ...identity, grants };
}
