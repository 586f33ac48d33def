const dayMs = 86_400_000;
const weekMs = 7 * dayMs;
// The epoch was a Thursday; weeks begin on Mondays, in UTC, as `date_trunc('week', …)` has them.
const firstMondayMs = 4 * dayMs;

/** A week of the log, and the partition that holds it. */
export interface Week {
  /** `events_20260105`, by its Monday. */
  readonly partition: string;
  readonly from: Date;
  /** The next Monday, which belongs to it no more. */
  readonly until: Date;
}

/** The week of a moment in milliseconds since the epoch, and those that follow it. */
export function weeksFrom(now: number, count: number): Week[] {
  const monday = Math.floor((now - firstMondayMs) / weekMs) * weekMs + firstMondayMs;
  return Array.from({ length: count }, (_, index) => {
    const from = new Date(monday + index * weekMs);
    const day = from.toISOString().slice(0, 10).replaceAll("-", "");
    return { partition: `events_${day}`, from, until: new Date(from.getTime() + weekMs) };
  });
}
