/** Times as people read them. */

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

/** @param ms since the epoch */
export const clockTime = (ms: number): string => clock.format(ms);

export const dayAndTime = (iso: string): string => day.format(new Date(iso));

/** A countdown, such as 14:59. */
export function minutesAndSeconds(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export function milliseconds(ms: number): string {
  return ms < 10_000 ? `${Math.max(Math.round(ms), 1)} ms` : `${Math.round(ms / 1000)} s`;
}

/**
 * How far a moment lies from now, in words.
 *
 * @param ms positive: still to come
 */
export function distance(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  if (seconds < 2) return "just now";
  const text = seconds < 90 ? `${seconds} s` : seconds < 5400 ? `${Math.round(seconds / 60)} min` : hours(seconds);
  return ms > 0 ? `in ${text}` : `${text} ago`;
}

const hours = (seconds: number) => `${Math.round(seconds / 3600)} h`;
