import type { TokenErrorCode } from "./token-error.ts";

/** What a verifier has said of tokens since it was made. Only ever grows, as a counter of Prometheus does. */
export interface TokenCounts {
  /** Found good by their signature. */
  readonly verified: number;
  /** Found good as tokens seen before: the signature was not checked again. */
  readonly cached: number;
  /** Refused, by code. One whose scope was not enough was found good before. */
  readonly refused: Readonly<Partial<Record<TokenErrorCode, number>>>;
}

/** Counts verdicts. */
export interface TokenCounter {
  countVerified(): void;
  countCached(): void;
  countRefused(code: TokenErrorCode): void;
  counts(): TokenCounts;
}

export function createTokenCounter(): TokenCounter {
  let verified = 0;
  let cached = 0;
  const refused = new Map<TokenErrorCode, number>();
  return {
    countVerified() {
      verified += 1;
    },
    countCached() {
      cached += 1;
    },
    countRefused(code) {
      refused.set(code, (refused.get(code) ?? 0) + 1);
    },
    counts: () => ({ verified, cached, refused: Object.fromEntries(refused) }),
  };
}
