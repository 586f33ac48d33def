import type { AccessTokenClaims } from "@holdfast/protocol";
import { assertTimes } from "./claims.ts";
import type { ClaimsChanges } from "./claims-changes.ts";
import { coalesce } from "./coalesce.ts";
import type { KeySet } from "./key-set.ts";
import type { LostFeed } from "./lost-feed.ts";
import type { Settings } from "./options.ts";
import type { Revocations } from "./revocations.ts";
import type { TokenCounter } from "./token-counts.ts";
import { type Refuse, TokenError, type TokenErrorCode } from "./token-error.ts";
import { createJudge, type Verdict } from "./verdict.ts";
import { createVerdictCache } from "./verdict-cache.ts";

/** Finds out whether a token is good. */
export interface TokenCheck {
  /**
   * The claims of a token seen before, at once; undefined when there is more to find out than can be at once.
   *
   * @throws TokenError
   */
  recall(token: string): AccessTokenClaims | undefined;
  /**
   * Checks a token from its signature on.
   *
   * @throws TokenError
   */
  check(token: string): Promise<AccessTokenClaims>;
  /** Tokens held whose signature need not be checked again. */
  readonly cached: number;
}

export function createTokenCheck(deps: {
  readonly settings: Settings;
  readonly keys: KeySet;
  readonly revocations: Revocations;
  /** Undefined where outdated tokens are good. */
  readonly claimsChanges: ClaimsChanges | undefined;
  readonly lostFeed: LostFeed;
  /** Begins to follow the feed; resolves when it need not be waited for any longer. */
  readonly startFeed: () => Promise<void>;
  readonly counter: TokenCounter;
  readonly refuse: Refuse;
}): TokenCheck {
  const { settings, keys, revocations, claimsChanges, lostFeed, counter, refuse } = deps;
  const { clock } = settings;
  const judge = coalesce(createJudge({ settings, keys, refuse }));
  const cache = createVerdictCache({ maxEntries: settings.maxCachedTokens });

  /** Who asks about one token at the same time shares its verdict; but a refusal's id belongs to one request alone. */
  function ownRefusal(error: unknown): unknown {
    if (!(error instanceof TokenError)) return error;
    const { code, message, cause, retryAfterSeconds, clientId } = error;
    return refuse(code, message, { cause, retryAfterSeconds, clientId });
  }

  function refuseToken({ client_id }: AccessTokenClaims, code: TokenErrorCode, detail: string): TokenError {
    return refuse(code, detail, { clientId: client_id });
  }

  /** All that can change about a token after its verdict and that is known here, except for its key. */
  function assertStillGood({ claims, revocable, datable }: Verdict, now: number): void {
    assertTimes(claims, now, settings.clockToleranceSeconds, refuse);
    const revoked = revocations.find(revocable);
    if (revoked) throw refuseToken(claims, "token_revoked", `The ${revoked} behind the token was revoked.`);
    const changed = claimsChanges?.find(datable);
    if (!changed) return;
    throw refuseToken(
      claims,
      "token_outdated",
      `What the token says of the ${changed} has changed since it was issued.`,
    );
  }

  return {
    recall(token) {
      const verdict = typeof token === "string" ? cache.get(token) : undefined;
      if (!verdict) return undefined;
      const now = clock.now();
      if (!keys.holds(verdict.key, now)) return undefined;
      assertStillGood(verdict, now);
      if (!lostFeed.admits(verdict)) return undefined;
      counter.countCached();
      return verdict.claims;
    },
    async check(token) {
      const feedAwaited = deps.startFeed();
      let verdict: Verdict;
      try {
        verdict = await judge(token);
      } catch (error) {
        throw ownRefusal(error);
      }
      await feedAwaited;
      assertStillGood(verdict, clock.now());
      if (!lostFeed.admits(verdict)) {
        await lostFeed.ask(verdict);
        // Meanwhile news may have come, or the token's end.
        assertStillGood(verdict, clock.now());
      }
      cache.set(verdict);
      counter.countVerified();
      return verdict.claims;
    },
    get cached() {
      return cache.size;
    },
  };
}
