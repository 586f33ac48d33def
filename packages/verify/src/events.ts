import type { FeedResync, FeedRevoked } from "@holdfast/protocol";
import type { TokenErrorCode } from "./token-error.ts";

/** What a verifier tells `onEvent`: lines for a log, counts for metrics. No token, claim or secret is among them. */
export type VerifierEvent =
  | { readonly type: "keys_fetched"; readonly keys: number }
  /** The former keys stay in use for up to 24 hours. */
  | { readonly type: "keys_failed"; readonly error: Error; readonly retryInMs: number }
  | { readonly type: "feed_connected"; readonly clockOffsetMs: number }
  | { readonly type: "feed_lost"; readonly error: Error; readonly retryInMs: number }
  | { readonly type: "feed_resync"; readonly reason: FeedResync["reason"] }
  /** A message that this version cannot read; the connection goes on. */
  | { readonly type: "feed_message_invalid"; readonly error: Error }
  /** `lagMs`: from the revocation to its arrival here, corrected by the difference of the clocks. */
  | { readonly type: "revoked"; readonly subject: FeedRevoked["subject"]; readonly lagMs: number }
  | {
      readonly type: "token_refused";
      readonly code: TokenErrorCode;
      readonly detail: string;
      /** The same as `request_id` in the answer. */
      readonly requestId: string;
    };

export type Emit = (event: VerifierEvent) => void;

/** Shields verification from a listener that throws: a broken log must neither refuse a token nor drop the feed. */
export function createEmit(listener: Emit | undefined): Emit {
  return (event) => {
    try {
      listener?.(event);
    } catch {
      // The listener is the only one we could tell.
    }
  };
}
