import type { Verdict } from "./verdict.ts";

/** Verdicts about tokens seen before. Only good ones come in: strangers cannot fill it. */
export interface VerdictCache {
  /** How many are held. */
  readonly size: number;
  /** The verdict about exactly this token. */
  get(token: string): Verdict | undefined;
  set(verdict: Verdict): void;
}

/**
 * A token is looked up by its last characters, which are its signature's and as good as random: hashing all of a token
 * that came with a new request, and so is a new string, takes longer than to find it by these and to compare it whole.
 */
const endLength = 16;

/** A token counts once for each such number of characters, so that the count bounds the memory too. */
const charactersPerUnit = 1024;

/** What an issuer's token of usual length counts. */
const unitsOf = ({ token }: Verdict): number => Math.ceil(token.length / charactersPerUnit);

/**
 * Makes an empty cache. It is kept in two halves: a token that is used goes to the young half; when that is full, it
 * becomes the old half, and what was in the old half, not used since, is dropped at once. So nothing is ordered, and
 * neither is time spent on the way.
 *
 * @param options.maxEntries how many tokens of up to 1,024 characters it holds; longer ones count for more. 0 for none
 */
export function createVerdictCache({ maxEntries }: { readonly maxEntries: number }): VerdictCache {
  const unitsPerHalf = maxEntries / 2;
  let young = new Map<string, Verdict>();
  let old = new Map<string, Verdict>();
  let youngUnits = 0;

  function insert(end: string, verdict: Verdict): void {
    const units = unitsOf(verdict);
    if (units > unitsPerHalf) return;
    if (youngUnits + units > unitsPerHalf) {
      old = young;
      young = new Map();
      youngUnits = 0;
    }
    young.set(end, verdict);
    youngUnits += units;
  }

  /** Takes out what has this end, be it this token or another. */
  function remove(end: string): void {
    const verdict = young.get(end);
    if (verdict) youngUnits -= unitsOf(verdict);
    young.delete(end);
    old.delete(end);
  }

  return {
    get size() {
      return young.size + old.size;
    },
    get(token) {
      const end = token.slice(-endLength);
      const recent = young.get(end);
      if (recent) return recent.token === token ? recent : undefined;
      const verdict = old.get(end);
      if (verdict?.token !== token) return undefined;
      old.delete(end);
      insert(end, verdict);
      return verdict;
    },
    set(verdict) {
      const end = verdict.token.slice(-endLength);
      remove(end);
      insert(end, verdict);
    },
  };
}
