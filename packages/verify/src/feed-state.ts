import type { Clock } from "./timers.ts";

/**
 * Why revocations do not arrive. `unauthorized`: the issuer answered 401 or 403; nothing but other `credentials`, or
 * other settings of the issuer, will help. `unreachable`: everything else.
 */
export type FeedLostReason = "unauthorized" | "unreachable";

/** How following is going. */
export interface FeedStatus {
  /**
   * `connecting`: the first attempt is under way · `following`: revocations arrive · `lost`: they do not, and it is
   * tried again · `off`: not following, by choice, before the first verification, or after `close()`.
   */
  readonly state: "connecting" | "following" | "lost" | "off";
  /** The last event's id, from where a new connection goes on; null before the first. */
  readonly cursor: string | null;
  /**
   * Since when it is so: milliseconds since 1970-01-01T00:00:00Z. For `lost`, the last sign of life, or the start when
   * there was none; null when it was never started.
   */
  readonly since: number | null;
  /**
   * How long the latest revocation took to arrive, in milliseconds, corrected by `clockOffsetMs`; null before one. One
   * that was made before we connected counts its whole age.
   */
  readonly lagMs: number | null;
  /** The issuer's clock minus ours, in milliseconds, when it last said hello; null before. */
  readonly clockOffsetMs: number | null;
  /** Why the connection was last lost; null while all is well. */
  readonly reason: FeedLostReason | null;
  /** The same in words. */
  readonly lastError: string | null;
}

/** The bookkeeping of a follower. */
export interface FeedState {
  readonly current: FeedStatus["state"];
  status(): FeedStatus;
  /** For how long revocations may have been missed, in milliseconds; undefined while following, and when off. */
  lostForMs(): number | undefined;
  connecting(): void;
  connected(clockOffsetMs: number): void;
  heard(cursor: string): void;
  /** Notes when a revocation was made; answers how long it took to get here, in milliseconds. */
  revocationArrived(atMs: number): number;
  lost(reason: FeedLostReason, error: Error): void;
  off(): void;
}

export function createFeedState(clock: Clock): FeedState {
  let state: FeedStatus["state"] = "off";
  let since: number | null = null;
  let heardAt = 0;
  let cursor: string | null = null;
  let lagMs: number | null = null;
  let clockOffsetMs: number | null = null;
  let reason: FeedLostReason | null = null;
  let lastError: string | null = null;

  return {
    get current() {
      return state;
    },
    status: () => ({ state, cursor, since, lagMs, clockOffsetMs, reason, lastError }),
    lostForMs() {
      const isMissing = state === "connecting" || state === "lost";
      return isMissing && since !== null ? clock.now() - since : undefined;
    },
    connecting() {
      state = "connecting";
      since = clock.now();
    },
    connected(offsetMs) {
      state = "following";
      since = clock.now();
      heardAt = since;
      clockOffsetMs = offsetMs;
      reason = null;
      lastError = null;
    },
    heard(lastEventId) {
      heardAt = clock.now();
      if (lastEventId !== "") cursor = lastEventId;
    },
    revocationArrived(atMs) {
      lagMs = Math.max(0, clock.now() + (clockOffsetMs ?? 0) - atMs);
      return lagMs;
    },
    lost(because, error) {
      // News may have been missed since the last sign of life, not since we noticed.
      if (state === "following") since = heardAt;
      state = "lost";
      reason = because;
      lastError = error.message;
    },
    off() {
      state = "off";
      since = clock.now();
    },
  };
}
