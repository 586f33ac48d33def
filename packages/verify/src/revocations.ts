import type { AccessTokenClaims, FeedRevoked } from "@holdfast/protocol";
import type { Clock } from "./timers.ts";

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
  find(claims: Pick<AccessTokenClaims, "sid" | "grant_id">): Promise<FeedRevoked["subject"] | undefined>;
}

/** Makes an empty set, bounded by time: an entry leaves when every token it could refuse has expired. */
export function createRevocations(deps: { readonly clock: Clock; readonly toleranceSeconds: number }): Revocations {
  /** When each arrived, by our own clock, so that no difference between the clocks drops one too soon. In order. */
  const arrivedAt = new Map<string, number>();
  let horizonMs: number | undefined;

  function prune(): void {
    if (horizonMs === undefined) return;
    const oldest = deps.clock.now() - horizonMs - deps.toleranceSeconds * 1000;
    for (const [key, at] of arrivedAt) {
      if (at >= oldest) break;
      arrivedAt.delete(key);
    }
  }

  return {
    get size() {
      return arrivedAt.size;
    },
    add({ subject, digest }) {
      const key = `${subject}:${digest}`;
      if (!arrivedAt.has(key)) arrivedAt.set(key, deps.clock.now());
    },
    setHorizon(seconds) {
      horizonMs = Math.max(horizonMs ?? 0, seconds * 1000);
    },
    prune,
    async find(claims) {
      if (arrivedAt.size === 0) return undefined;
      const [session, grant] = await Promise.all([digestOf(claims.sid), digestOf(claims.grant_id)]);
      if (arrivedAt.has(`session:${session}`)) return "session";
      return arrivedAt.has(`grant:${grant}`) ? "grant" : undefined;
    },
  };
}

/** base64url(SHA-256(id)), as the feed names a session or a grant. */
async function digestOf(id: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(id)));
  return btoa(String.fromCharCode(...digest))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}
