import type { AccessTokenClaims, FeedRevoked } from "@holdfast/protocol";
import { type Digest, digestOfId, parseDigest } from "./subject-digest.ts";
import type { Clock } from "./timers.ts";

/** A token's session and grant, as the feed would name them: by their digests. */
export interface Revocable {
  readonly session: Digest;
  readonly grant: Digest;
  /** After how many additions to the set neither was in it; -1 before the first look. */
  clearAfter: number;
}

/** The sessions and grants that are revoked and whose access tokens could still be alive. */
export interface Revocations {
  readonly size: number;
  /** Adds one; adding it again changes nothing. */
  add(revoked: Pick<FeedRevoked, "subject" | "digest">): void;
  /** Says for how long a revocation matters: the longest that an access token can live. Only ever grows. */
  setHorizon(seconds: number): void;
  /** Forgets what is older than the horizon and the clock tolerance. */
  prune(): void;
  /** Which of the two behind the token was revoked, if any. */
  find(revocable: Revocable): FeedRevoked["subject"] | undefined;
}

/** Makes an empty set, bounded by time: an entry leaves when every token it could refuse has expired. */
export function createRevocations(deps: { readonly clock: Clock; readonly toleranceSeconds: number }): Revocations {
  /** When each digest arrived, by our own clock, so that no difference between clocks drops one too soon. In order. */
  const arrivedAt = { session: new Map<Digest, number>(), grant: new Map<Digest, number>() };
  let additions = 0;
  let horizonMs: number | undefined;

  function prune(): void {
    if (horizonMs === undefined) return;
    const oldest = deps.clock.now() - horizonMs - deps.toleranceSeconds * 1000;
    for (const digests of Object.values(arrivedAt)) {
      for (const [digest, at] of digests) {
        if (at >= oldest) break;
        digests.delete(digest);
      }
    }
  }

  return {
    get size() {
      return arrivedAt.session.size + arrivedAt.grant.size;
    },
    add({ subject, digest }) {
      const key = parseDigest(digest);
      if (arrivedAt[subject].has(key)) return;
      arrivedAt[subject].set(key, deps.clock.now());
      additions += 1;
    },
    setHorizon(seconds) {
      horizonMs = Math.max(horizonMs ?? 0, seconds * 1000);
    },
    prune,
    find(revocable) {
      // Without news a token that was clear is clear: most calls need no look, which in a big set is slow.
      if (revocable.clearAfter === additions) return undefined;
      if (arrivedAt.session.has(revocable.session)) return "session";
      if (arrivedAt.grant.has(revocable.grant)) return "grant";
      revocable.clearAfter = additions;
      return undefined;
    },
  };
}

/** Works out what to look for, once for a token. Only for one set: it remembers what that has answered. */
export function revocableOf(claims: Pick<AccessTokenClaims, "sid" | "grant_id">): Revocable {
  return { session: digestOfId(claims.sid), grant: digestOfId(claims.grant_id), clearAfter: -1 };
}
