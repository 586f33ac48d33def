import type { FeedState } from "./feed-state.ts";
import type { Introspection } from "./introspection.ts";
import type { Settings } from "./options.ts";
import type { Refuse } from "./token-error.ts";
import type { Verdict } from "./verdict.ts";

/** What happens to tokens, good by all that is known here, while revocations do not arrive. */
export interface LostFeed {
  /**
   * Whether a token passes without more ado; false when it is to be asked about.
   *
   * @throws TokenError `feed_lost`, `token_revoked`
   */
  admits(verdict: Verdict): boolean;
  /**
   * Asks the issuer about a token.
   *
   * @throws TokenError `token_revoked`, `feed_lost` when there is no answer and that is what was chosen
   */
  ask(verdict: Verdict): Promise<void>;
}

/** @param deps.introspection undefined unless `onFeedLost` wants it */
export function createLostFeed(deps: {
  readonly settings: Pick<Settings, "onFeedLost">;
  readonly feed: Pick<FeedState, "lostForMs">;
  readonly introspection: Introspection | undefined;
  readonly refuse: Refuse;
}): LostFeed {
  const { feed, introspection, refuse } = deps;
  const { action, afterMs, ifUnreachable } = deps.settings.onFeedLost;

  function revoked({ claims }: Verdict) {
    const detail = "The issuer says that the token is not active any more.";
    return refuse("token_revoked", detail, { clientId: claims.client_id });
  }

  return {
    admits(verdict) {
      const lostForMs = feed.lostForMs();
      if (lostForMs === undefined || lostForMs < afterMs) return true;
      if (action === "refuse") throw refuse("feed_lost", undefined, { clientId: verdict.claims.client_id });
      const answer = introspection?.recall(verdict.token);
      if (answer === "inactive") throw revoked(verdict);
      return answer === "active";
    },
    async ask(verdict) {
      let answer: string | undefined;
      try {
        answer = await introspection?.ask(verdict.token);
      } catch (cause) {
        if (ifUnreachable === "keep") return;
        const detail = "Revocations cannot be followed, and the issuer could not be asked about the token.";
        throw refuse("feed_lost", detail, { cause, clientId: verdict.claims.client_id });
      }
      if (answer === "inactive") throw revoked(verdict);
    },
  };
}
