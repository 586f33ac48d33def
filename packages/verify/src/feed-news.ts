import type { FeedClaimsChanged, FeedHello, FeedMessage, FeedResync, FeedRevoked } from "@holdfast/protocol";
import type { ClaimsChanges } from "./claims-changes.ts";
import type { ServerSentEvent } from "./event-stream.ts";
import type { Emit } from "./events.ts";
import { parseFeedMessage } from "./feed-message.ts";
import type { FeedState } from "./feed-state.ts";
import type { Revocations } from "./revocations.ts";
import type { Clock } from "./timers.ts";

/** Takes in what the feed says, by whichever way it comes. */
export interface FeedNews {
  /** A connection is there, and news will come. */
  connected(hello: Pick<FeedHello, "server_time_ms" | "horizon_seconds">): void;
  /** @throws Error when it is a hello that cannot be read; any other is passed over */
  take(event: ServerSentEvent): void;
  /** Nothing is left to tell. */
  settled(): void;
}

export function createFeedNews(deps: {
  readonly clock: Clock;
  readonly state: FeedState;
  readonly revocations: Revocations;
  /** Undefined where outdated tokens are good. */
  readonly claimsChanges: ClaimsChanges | undefined;
  readonly onHello: (hello: FeedHello) => void;
  readonly onKeysChanged: () => void;
  readonly onSettled: () => void;
  readonly emit: Emit;
}): FeedNews {
  const { clock, state, revocations, claimsChanges, emit } = deps;

  function connected({ server_time_ms, horizon_seconds }: Parameters<FeedNews["connected"]>[0]): void {
    revocations.setHorizon(horizon_seconds);
    claimsChanges?.setHorizon(horizon_seconds);
    const clockOffsetMs = server_time_ms - clock.now();
    state.connected(clockOffsetMs);
    emit({ type: "feed_connected", clockOffsetMs });
  }

  function onRevoked(revoked: FeedRevoked): void {
    revocations.add(revoked);
    revocations.prune();
    const { subject, digest, at_ms } = revoked;
    emit({ type: "revoked", subject, digest, lagMs: state.revocationArrived(at_ms) });
  }

  function onClaimsChanged(change: FeedClaimsChanged): void {
    claimsChanges?.add(change);
    const { subject, digest, at_ms } = change;
    emit({ type: "claims_changed", subject, digest, at: at_ms });
  }

  /** What we hold stays: all within the horizon comes again. What was lost may have been a change of keys. */
  function onResync({ reason }: FeedResync): void {
    deps.onKeysChanged();
    emit({ type: "feed_resync", reason });
  }

  function settled(): void {
    revocations.prune();
    claimsChanges?.prune();
    deps.onSettled();
  }

  function onMessage(message: FeedMessage): void {
    if (message.event === "hello") {
      connected(message.data);
      deps.onHello(message.data);
    } else if (message.event === "revoked") onRevoked(message.data);
    else if (message.event === "claims_changed") onClaimsChanged(message.data);
    else if (message.event === "keys_changed") deps.onKeysChanged();
    else if (message.event === "resync") onResync(message.data);
    else settled();
  }

  return {
    connected,
    take(event) {
      try {
        const message = parseFeedMessage(event);
        if (message) onMessage(message);
      } catch (cause) {
        const error = new Error(`Cannot read the feed's \`${event.event}\``, { cause });
        // Without a hello nothing can be judged. Past any other we go on, or one bad line would hide all that follow.
        if (event.event === "hello") throw error;
        emit({ type: "feed_message_invalid", error });
      }
    },
    settled,
  };
}
