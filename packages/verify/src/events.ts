import type { FeedClaimsChanged, FeedResync, FeedRevoked } from "@holdfast/protocol";
import type { FeedLostReason } from "./feed-state.ts";
import type { TokenErrorCode } from "./token-error.ts";

/** What a verifier tells: news for the service, lines for a log, counts for metrics. No token or secret is among it. */
export type VerifierEvent =
  /** The first key set, or a fetch that found the same keys, changes none. */
  | { readonly type: "keys_changed"; readonly kids: readonly string[] }
  | { readonly type: "keys_fetched"; readonly keys: number }
  /** The former keys stay in use for up to 24 hours. */
  | { readonly type: "keys_failed"; readonly error: Error; readonly retryInMs: number }
  | { readonly type: "feed_connected"; readonly clockOffsetMs: number }
  | {
      readonly type: "feed_lost";
      readonly reason: FeedLostReason;
      readonly error: Error;
      readonly retryInMs: number;
    }
  | { readonly type: "feed_resync"; readonly reason: FeedResync["reason"] }
  /** A message that this version cannot read; the connection goes on. */
  | { readonly type: "feed_message_invalid"; readonly error: Error }
  /**
   * From now on every token of this session or grant is refused. `digest`: its `digestOf`. `lagMs`: from the revocation
   * to its arrival here, corrected by the difference of the clocks. May come twice after a new connection.
   */
  | {
      readonly type: "revoked";
      readonly subject: FeedRevoked["subject"];
      readonly digest: string;
      readonly lagMs: number;
    }
  /**
   * Tokens issued before `at` (milliseconds since 1970-01-01T00:00:00Z at the server) say of this session, user or
   * account what is no longer so. May come twice after a new connection.
   */
  | {
      readonly type: "claims_changed";
      readonly subject: FeedClaimsChanged["subject"];
      readonly digest: string;
      readonly at: number;
    }
  /** The issuer could not be asked about a token; `onFeedLost` says what became of it. */
  | { readonly type: "introspection_failed"; readonly error: Error }
  /** The counts are kept, and come with the next report. */
  | { readonly type: "usage_failed"; readonly error: Error }
  | {
      readonly type: "token_refused";
      readonly code: TokenErrorCode;
      readonly detail: string;
      /** The same as `request_id` in the answer. */
      readonly requestId: string;
      /** The client that the token was issued to; undefined unless its signature was good. */
      readonly clientId: string | undefined;
    };

/** The event of a type; of `"*"`, every one. */
export type VerifierEventOf<Type extends VerifierEvent["type"] | "*"> = Type extends "*"
  ? VerifierEvent
  : Extract<VerifierEvent, { readonly type: Type }>;

export type Emit = (event: VerifierEvent) => void;

/**
 * Listens to the events of a type, or with `"*"` to all. What a listener throws is swallowed.
 *
 * @returns ends it
 */
export type On = <Type extends VerifierEvent["type"] | "*">(
  type: Type,
  listener: (event: VerifierEventOf<Type>) => void,
) => () => void;

/** Shields verification from a listener that throws: a broken log must neither refuse a token nor drop the feed. */
export function createEventTarget(): { readonly on: On; readonly emit: Emit } {
  const listeners = new Map<string, Set<(event: never) => void>>();

  function tell(type: string, event: VerifierEvent): void {
    for (const listener of listeners.get(type) ?? []) {
      try {
        listener(event as never);
      } catch {
        // The listener is the only one we could tell.
      }
    }
  }

  return {
    on(type, listener) {
      // A function of its own for each call: who listens twice with one function is told twice, and ends each by itself.
      const own = (event: never) => listener(event);
      const ofType = listeners.get(type) ?? new Set();
      listeners.set(type, ofType.add(own));
      return () => void ofType.delete(own);
    },
    emit(event) {
      tell(event.type, event);
      tell("*", event);
    },
  };
}
