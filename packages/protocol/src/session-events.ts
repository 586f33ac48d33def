import type { RefreshReason } from "./refresh.ts";

/**
 * `GET /session/events` is a stream of server-sent events (HTML Living Standard, section 9.2) that an open tab follows:
 * what happens to its own session, and nothing else. All of it is a hint to ask the server now; nothing is told twice, and
 * who was not listening learns it at the next refresh.
 */

/** `event: hello`, first on every connection. */
export interface SessionHello {
  /** Milliseconds since 1970-01-01T00:00:00Z at the server. */
  readonly server_time_ms: number;
  /** A `tick` comes at least this often; silence for twice as long means the connection is dead. */
  readonly heartbeat_seconds: number;
}

/** `event: revoked`: the session, or this client's part of it, has ended. The stream ends with it. */
export interface SessionEnded {
  readonly subject: "session" | "grant";
  /** What a refresh would be refused with. */
  readonly reason: RefreshReason;
  /** When it ended: milliseconds since 1970-01-01T00:00:00Z at the server. */
  readonly at_ms: number;
}

/** `event: claims_changed`: what the next access token says (account, role, plan …) is not what the current one says. */
export interface SessionClaimsChanged {
  readonly subject: "session" | "user" | "account";
  /** When they changed: milliseconds since 1970-01-01T00:00:00Z at the server. */
  readonly at_ms: number;
}

/** `event: tick`: nothing happened, and the connection lives. */
export interface SessionTick {
  readonly server_time_ms: number;
}

export type SessionMessage =
  | { readonly event: "hello"; readonly data: SessionHello }
  | { readonly event: "revoked"; readonly data: SessionEnded }
  | { readonly event: "claims_changed"; readonly data: SessionClaimsChanged }
  | { readonly event: "tick"; readonly data: SessionTick };
