import type { Clock } from "../clock/clock.ts";
import { sha256 } from "../crypto/digest.ts";

/** The proofs that this node has accepted lately. */
export interface SeenProofs {
  /** Notes a proof; false when it was noted before. */
  note(proof: { readonly jkt: string; readonly jti: string }): boolean;
}

export interface SeenProofsDeps {
  readonly clock: Clock;
  /** How long a proof is remembered at least, unless too many come. */
  readonly windowMs: number;
  /** Proofs in one window at most: beyond that the oldest are forgotten early. */
  readonly maximum: number;
}

/** Makes a memory in two halves: when the young one is as old as the window, or full, it takes the old one's place. */
export function createSeenProofs({ clock, windowMs, maximum }: SeenProofsDeps): SeenProofs {
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
    note({ jkt, jti }) {
      turn();
      // Hashed: what a stranger calls their proof may be long.
      const id = sha256(`${jkt} ${jti}`).toString("base64url");
      if (young.has(id) || old.has(id)) return false;
      young.add(id);
      return true;
    },
  };
}
