import type { Clock } from "./timers.ts";

/** The proofs accepted lately. */
export interface SeenProofs {
  /** Notes a proof; false when it was noted before. */
  note(jkt: string, jti: string): boolean;
}

/**
 * Makes a memory in two halves: when the young one is as old as the window, or full, it takes the old one's place.
 *
 * @param options.windowMs how long a proof is remembered at least, unless too many come
 * @param options.maximum proofs in one window at most: beyond that the oldest are forgotten early
 */
export function createSeenProofs({
  clock,
  windowMs,
  maximum,
}: {
  readonly clock: Clock;
  readonly windowMs: number;
  readonly maximum: number;
}): SeenProofs {
  let young = new Set<string>();
  let old = new Set<string>();
  let began = clock.now();

  function turn(): void {
    const age = clock.now() - began;
    if (age >= 0 && age < windowMs && young.size < maximum) return;
    old = young;
    young = new Set();
    began = clock.now();
  }

  return {
    note(jkt, jti) {
      turn();
      const id = `${jkt} ${jti}`;
      if (young.has(id) || old.has(id)) return false;
      young.add(id);
      return true;
    },
  };
}
