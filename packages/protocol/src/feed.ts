/**
 * The feed (`GET /feed`) is a stream of server-sent events (HTML Living Standard, section 9.2) that services follow.
 * Each event carries an `id`, a cursor: reconnect with it in `Last-Event-ID` and nothing is missed. An event may come
 * twice after a reconnect; every one is idempotent.
 */

/** `event: hello`, first on every connection. */
export interface FeedHello {
  /** Milliseconds since 1970-01-01T00:00:00Z at the server. */
  readonly server_time_ms: number;
  /** A `tick` comes at least this often; silence for twice as long means the connection is dead. */
  readonly heartbeat_seconds: number;
  /** The longest an access token can live: a revocation older than this may be forgotten. */
  readonly horizon_seconds: number;
}

/** `event: revoked`: refuse every access token of this session or grant from now on. */
export interface FeedRevoked {
  readonly subject: "session" | "grant";
  /**
   * base64url(SHA-256(id)), where id is the token's `sid` or `grant_id` claim. A digest, so that the feed tells a
   * holder of the token everything and an eavesdropper nothing.
   */
  readonly digest: string;
  /** When it was revoked: milliseconds since 1970-01-01T00:00:00Z at the server. */
  readonly at_ms: number;
}

/**
 * `event: claims_changed`: what tokens say of this subject (role, plan …) has changed, and those issued before that say
 * it no longer. The tokens stay valid; a service may ask for fresh ones.
 */
export interface FeedClaimsChanged {
  readonly subject: "session" | "user" | "account";
  /** base64url(SHA-256(id)), where id is the token's `sid`, `sub` or `account` claim. */
  readonly digest: string;
  /** When they changed: milliseconds since 1970-01-01T00:00:00Z at the server. */
  readonly at_ms: number;
}

/** `event: resync`: the cursor was too old; everything within the horizon follows again. */
export interface FeedResync {
  readonly reason: "cursor_too_old" | "cursor_unknown";
}

/** `event: tick`: nothing happened, and the connection lives. */
export interface FeedTick {
  readonly server_time_ms: number;
}

export type FeedMessage =
  | { readonly event: "hello"; readonly data: FeedHello }
  | { readonly event: "revoked"; readonly data: FeedRevoked }
  | { readonly event: "claims_changed"; readonly data: FeedClaimsChanged }
  | { readonly event: "keys_changed"; readonly data: Record<never, never> }
  | { readonly event: "resync"; readonly data: FeedResync }
  | { readonly event: "tick"; readonly data: FeedTick };

/** What `GET /feed` answers to whoever asks for JSON: the same news, and where to go on. */
export interface FeedPollAnswer {
  /** Milliseconds since 1970-01-01T00:00:00Z at the server. */
  readonly server_time_ms: number;
  /** The longest an access token can live: a revocation older than this may be forgotten. */
  readonly horizon_seconds: number;
  /** What came after the cursor, 1,000 at most or a few more; none when nothing did within `wait`. */
  readonly messages: readonly FeedMessage[];
  /** To be sent with the next request. Good for a stream as well, as the stream's ids are good here. */
  readonly cursor: string;
  /** Whether more is waiting: then the next request is answered at once. */
  readonly more: boolean;
}
