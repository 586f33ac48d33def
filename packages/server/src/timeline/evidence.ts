import { momentOf, numberOf, type TimelineLine, verdictOf } from "./line.ts";
import { compareParties, type Likeness, type Party, partyOf } from "./party.ts";

/** How a refresh token came to be replaced before it was presented once more. */
export interface Replacement {
  /** Null when that is longer ago than anybody remembers. */
  readonly at: Date | null;
  /** Who got the successor; null when the log no longer has that line. */
  readonly by: Party | null;
  /** How that party compares with the one that presents the token now. */
  readonly likeness: Likeness;
}

/** Finds out when, and by whom, the token that a line is about had been replaced. */
export function replacementOf(line: TimelineLine, earlier: readonly TimelineLine[]): Replacement {
  const presented = numberOf(line, "presented");
  const replacing = earlier.findLast((each) => each.grantId === line.grantId && replaced(each, presented));
  const at = momentOf(line, "replaced_at");
  if (!replacing) return { at, by: null, likeness: "unknown" };
  const by = partyOf(replacing);
  return { at: at ?? replacing.at, by, likeness: compareParties(by, partyOf(line)) };
}

/** Whether a line tells of the replacement of this generation. A recovery replaces all that the database had lost. */
function replaced(line: TimelineLine, generation: number | null): boolean {
  const verdict = verdictOf(line);
  if (generation === null || (verdict !== "rotated" && verdict !== "recovered")) return false;
  const last = numberOf(line, "presented") ?? 0;
  return (numberOf(line, "generation") ?? last) <= generation && generation <= last;
}

const goodVerdicts: readonly unknown[] = ["renewed", "rotated", "replayed", "overlapped", "recovered"];

/** Whether a line tells that its grant was used, or begun. */
export function isUse(line: TimelineLine): boolean {
  return line.type === "grant.started" || goodVerdicts.includes(verdictOf(line));
}

/** The last time that a line's grant was used before it. */
export function lastUseOf({ grantId }: TimelineLine, earlier: readonly TimelineLine[]): TimelineLine | null {
  return earlier.findLast((each) => each.grantId === grantId && isUse(each)) ?? null;
}

/** The end of a line's grant, where that came before. */
export function endOfGrant({ grantId }: TimelineLine, earlier: readonly TimelineLine[]): TimelineLine | null {
  return earlier.findLast((each) => each.grantId === grantId && each.type === "grant.revoked") ?? null;
}
