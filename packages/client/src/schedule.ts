import type { Milliseconds } from "./env.ts";

const minute: Milliseconds = 60_000;

/** What a token must have left to be handed out, where nobody asks for more. */
export const defaultMinRemaining: Milliseconds = 10_000;

/**
 * At which age a token is to be replaced: at 75 % of its life ± 5 %, so that tabs and devices spread out; and at least
 * a minute before its end when it lives five minutes or more.
 *
 * @param random from 0 to 1
 */
export function dueAge(lifetime: Milliseconds, random: number): Milliseconds {
  const age = lifetime * (0.7 + 0.1 * random);
  return lifetime >= 5 * minute ? Math.min(age, lifetime - minute) : age;
}

/**
 * For how much longer a token of this age may be handed out; 0 or less for no longer. No more than half of a token's
 * life can be asked for: nothing would ever do.
 */
export function usableFor(
  lifetime: Milliseconds,
  age: Milliseconds,
  minRemaining: Milliseconds = defaultMinRemaining,
): Milliseconds {
  return lifetime - age - Math.min(minRemaining, lifetime / 2);
}
