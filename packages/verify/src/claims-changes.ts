import type { AccessTokenClaims, FeedClaimsChanged } from "@holdfast/protocol";
import { type Digest, digestOfId, parseDigest } from "./subject-digest.ts";
import type { Clock } from "./timers.ts";

type Subject = FeedClaimsChanged["subject"];
type DatedClaims = Pick<AccessTokenClaims, "sid" | "sub" | "account" | "iat">;

/** What is known of one token. */
export interface Datable {
  readonly claims: DatedClaims;
  /** Worked out at the first need: most verifiers never hear of a change. */
  digests: Readonly<Record<Subject, Digest>> | undefined;
  /** After how many additions to the set nothing outdated the token; 0 for an empty one. */
  clearAfter: number;
}

/** The changes that tokens, which could still be alive, were issued before. */
export interface ClaimsChanges {
  add(change: FeedClaimsChanged): void;
  /** Says for how long a change matters: the longest that an access token can live. Only ever grows. */
  setHorizon(seconds: number): void;
  /** Forgets what is older than the horizon and the clock tolerance. */
  prune(): void;
  /** Whose change outdated the token, if any. */
  find(datable: Datable): Subject | undefined;
}

interface Change {
  /** Whole seconds since 1970, as an `iat` has them. */
  readonly second: number;
  /** By our own clock, in milliseconds. */
  readonly arrivedAt: number;
}

/** Makes an empty set, bounded by time: an entry leaves when every token it could outdate has expired. */
export function createClaimsChanges(deps: { readonly clock: Clock; readonly toleranceSeconds: number }): ClaimsChanges {
  /** In order of arrival. */
  const changes = {
    session: new Map<Digest, Change>(),
    user: new Map<Digest, Change>(),
    account: new Map<Digest, Change>(),
  };
  let additions = 0;
  let horizonMs: number | undefined;

  /**
   * An `iat` is cut to whole seconds: of a token of the very second of the change nobody can say which came first. It
   * passes, or else the fresh token, which a client gets in that second because we refused the former, would be refused
   * for as long as it lives.
   */
  function isOutdated({ digests, claims }: Datable, subject: Subject): boolean {
    const change = digests && changes[subject].get(digests[subject]);
    return change !== undefined && Math.floor(claims.iat) < change.second;
  }

  return {
    add({ subject, digest, at_ms }) {
      const key = parseDigest(digest);
      const second = Math.floor(at_ms / 1000);
      const former = changes[subject].get(key);
      if (former && former.second >= second) return;
      changes[subject].delete(key);
      changes[subject].set(key, { second, arrivedAt: deps.clock.now() });
      additions += 1;
    },
    setHorizon(seconds) {
      horizonMs = Math.max(horizonMs ?? 0, seconds * 1000);
    },
    prune() {
      if (horizonMs === undefined) return;
      const oldest = deps.clock.now() - horizonMs - deps.toleranceSeconds * 1000;
      for (const ofSubject of Object.values(changes)) {
        for (const [digest, { arrivedAt }] of ofSubject) {
          if (arrivedAt >= oldest) break;
          ofSubject.delete(digest);
        }
      }
    },
    find(datable) {
      if (datable.clearAfter === additions) return undefined;
      const { sid, sub, account } = datable.claims;
      datable.digests ??= { session: digestOfId(sid), user: digestOfId(sub), account: digestOfId(account) };
      const subject = (["session", "user", "account"] as const).find((one) => isOutdated(datable, one));
      if (subject === undefined) datable.clearAfter = additions;
      return subject;
    },
  };
}

/** Only for one set: it remembers what that has answered. */
export function datableOf(claims: DatedClaims): Datable {
  return { claims, digests: undefined, clearAfter: 0 };
}
