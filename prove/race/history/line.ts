/**
 * What a history is made of: one JSON object a line, appended as it happens. `at` is milliseconds since the run began on
 * one monotonic clock, that of the process in which all clients live: if one line's `at` is less than another's, it was
 * so. Types only: the judge shares no code with what it judges.
 */
export type Line = GrantLine | SendLine | AnswerLine | RefusalLine | TroubleLine | RevokeLine | EvidenceLine | KillLine;

/** A grant began: its client holds generation 1. */
export interface GrantLine {
  readonly kind: "grant";
  readonly grant: number;
  readonly at: number;
  /** As the database knows it. */
  readonly id: string;
  readonly client: string;
  /** Milliseconds. */
  readonly overlap: number;
  /** Digest of the refresh token: equal when the tokens are. */
  readonly token: string;
}

/** A refresh token leaves for a node. */
export interface SendLine {
  readonly kind: "send";
  readonly grant: number;
  readonly request: number;
  readonly at: number;
  /** The same moment in milliseconds since the epoch, to compare with the database's times. */
  readonly wall: number;
  readonly who: "honest" | "thief";
  readonly node: number;
  /** As the answer called it that brought the token. */
  readonly generation: number;
  readonly token: string;
  /** The `Idempotency-Key`. */
  readonly key: string | null;
}

/** 200. */
export interface AnswerLine {
  readonly kind: "answer";
  readonly grant: number;
  readonly request: number;
  readonly at: number;
  readonly generation: number;
  readonly token: string;
}

/** A refusal for good: `retryable` is false. */
export interface RefusalLine {
  readonly kind: "refusal";
  readonly grant: number;
  readonly request: number;
  readonly at: number;
  readonly reason: string;
}

/** Anything else: nobody knows whether it was judged. */
export interface TroubleLine {
  readonly kind: "trouble";
  readonly grant: number;
  readonly request: number;
  readonly at: number;
  readonly why: string;
}

/** The end of the session is asked for, and later acknowledged (once, however often it was asked for). */
export interface RevokeLine {
  readonly kind: "revoke" | "revoked";
  readonly grant: number;
  readonly at: number;
  readonly how: string;
}

/** What the database says of the grant when nothing about it is under way any more. It closes the grant's history. */
export interface EvidenceLine {
  readonly kind: "evidence";
  readonly grant: number;
  readonly at: number;
  readonly row: { readonly generation: number; readonly revokedReason: string | null } | null;
  /** In the order in which they were written. */
  readonly events: readonly EventRecord[];
}

/** An event about a grant. */
export interface EventRecord {
  readonly type: string;
  /** Milliseconds since the epoch, by the clock that the verdict went by. */
  readonly at: number;
  /** Which request it was, which the clients say in their User-Agent. */
  readonly request: number | null;
  readonly verdict: string | null;
  readonly presented: number | null;
  /** The generation in force before the verdict. */
  readonly generation: number | null;
  readonly reason: string | null;
}

/** A process was killed with SIGKILL. */
export interface KillLine {
  readonly kind: "kill";
  readonly at: number;
  readonly what: string;
}
