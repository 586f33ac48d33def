const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A length of time as people say it: `41 s`, `12 min`, `3 h`, `14 days`. Under a second it is `less than a second`. */
export function formatSpan(milliseconds: number): string {
  if (milliseconds < second) return "less than a second";
  if (milliseconds < 100 * second) return `${Math.round(milliseconds / second)} s`;
  if (milliseconds < 100 * minute) return `${Math.round(milliseconds / minute)} min`;
  if (milliseconds < 2 * day) return `${Math.round(milliseconds / hour)} h`;
  return `${Math.round(milliseconds / day)} days`;
}

/** How long something took that is to take no time: `8 ms`, `1.4 s`, `3 min`. */
export function formatDelay(milliseconds: number): string {
  if (milliseconds < 1) return "less than 1 ms";
  if (milliseconds < second) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 10 * second) return `${(milliseconds / second).toFixed(1)} s`;
  return formatSpan(milliseconds);
}

/** A moment, to the second: `2026-11-21 03:40:11 UTC`. */
export function formatInstant(moment: Date): string {
  return `${moment.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** A moment that has passed, seen from another: `2026-11-21 03:40:11 UTC, 3 h ago`. */
export function formatPast(moment: Date, now: Date): string {
  return `${formatInstant(moment)}, ${formatSpan(now.getTime() - moment.getTime())} ago`;
}

/** How much earlier one moment was than another: `41 s earlier`. */
export function formatEarlier(moment: Date, reference: Date): string {
  return `${formatSpan(reference.getTime() - moment.getTime())} earlier`;
}
