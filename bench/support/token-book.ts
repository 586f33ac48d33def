import { seededToken, type Target } from "./target.ts";

/** Who holds which refresh token: for every grant of a target the one that is in force. */
export interface TokenBook {
  /** Grants at random, the tokens of all of them at hand. */
  draw(count: number): number[];
  tokenOf(index: number): string;
  replace(index: number, token: string): void;
}

export interface TokenBookOptions extends Pick<Target, "kind" | "grants"> {
  /** Of the grants, those are drawn whose number leaves `remainder` when divided by `divisor`: two books never meet. */
  readonly share: { readonly divisor: number; readonly remainders: readonly number[] };
}

export function createTokenBook({ kind, grants, share: { divisor, remainders } }: TokenBookOptions): TokenBook {
  // Only of grants that were drawn: the seeded token of any other follows from its number.
  const tokens = new Map<number, string>();
  const groups = Math.floor(grants / divisor);

  function tokenOf(index: number): string {
    const known = tokens.get(index);
    if (known !== undefined) return known;
    const token = seededToken(kind, index);
    tokens.set(index, token);
    return token;
  }

  return {
    draw(count) {
      return Array.from({ length: count }, () => {
        const remainder = remainders[Math.floor(Math.random() * remainders.length)] ?? 0;
        const index = Math.floor(Math.random() * groups) * divisor + remainder;
        tokenOf(index);
        return index;
      });
    },
    tokenOf,
    replace: (index, token) => tokens.set(index, token),
  };
}
