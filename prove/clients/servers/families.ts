import type { Milliseconds } from "@holdfast/client";

/** One sign-in and the refresh tokens that descend from it, numbered. */
export interface Family {
  readonly sid: string;
  readonly userId: string;
  /** The newest token's number. */
  newest: number;
  /** When each token was first exchanged: milliseconds since the epoch, by number. */
  readonly exchangedAt: Map<number, Milliseconds>;
  isOver: boolean;
}

/**
 * What a vendor's server does with a refresh token that was exchanged before: answer with the newest token, refuse it, or
 * refuse it and end the session.
 */
export type OldTokenVerdict = "newest" | "refuse" | "end";

/** `age`: milliseconds since the token was first exchanged. `isParent`: the newest token came from it. */
export type OldTokenRule = (old: { readonly age: Milliseconds; readonly isParent: boolean }) => OldTokenVerdict;

/** The sessions of one server, in memory. */
export interface Families {
  begin(userId: string): Family;
  /** The number of the token to answer with, or null for a refusal. */
  exchange(token: string, now: Milliseconds): { readonly family: Family; readonly number: number } | null;
  familyOf(token: string): Family | null;
  bySid(sid: string): Family | null;
  endAll(): void;
}

export const formatToken = ({ sid }: Family, number: number): string => `rt.${sid}.${number}`;

export function createFamilies(judgeOld: OldTokenRule): Families {
  const families = new Map<string, Family>();
  const familyOf = (token: string) => families.get(token.split(".")[1] ?? "") ?? null;

  function judge(family: Family, number: number, now: Milliseconds): OldTokenVerdict | "rotate" {
    if (number === family.newest) return "rotate";
    const age = now - (family.exchangedAt.get(number) ?? now);
    return judgeOld({ age, isParent: number === family.newest - 1 });
  }

  return {
    begin(userId) {
      const sid = `session-${families.size + 1}`;
      const family: Family = { sid, userId, newest: 1, exchangedAt: new Map(), isOver: false };
      families.set(sid, family);
      return family;
    },
    exchange(token, now) {
      const family = familyOf(token);
      if (!family || family.isOver) return null;
      const number = Number(token.split(".")[2]);
      const verdict = judge(family, number, now);
      if (verdict === "end") family.isOver = true;
      if (verdict === "end" || verdict === "refuse") return null;
      if (verdict === "rotate") {
        family.exchangedAt.set(number, now);
        family.newest++;
      }
      return { family, number: family.newest };
    },
    familyOf,
    bySid: (sid) => families.get(sid) ?? null,
    endAll() {
      for (const family of families.values()) family.isOver = true;
    },
  };
}
