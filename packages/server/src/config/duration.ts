import { z } from "zod";

const secondsPer = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

// Ten years: far enough for every purpose, near enough for every date to exist.
const longest = 3_650 * secondsPer.d;

/**
 * A length of time in the configuration: `"90s"`, `"15m"`, `"12h"`, `"30d"`, or a number of seconds. Read as whole
 * seconds.
 */
export const duration = durationBetween(0, longest);

/** A length of time within limits, both in seconds and both allowed. */
export function durationBetween(from: number, to: number) {
  // On the parts as well: a union passes on what its one part of the right type has to say.
  const error = 'is not a length of time; write "90s", "15m", "12h", "30d" or a number of seconds';
  return z
    .union([z.int({ error }).nonnegative({ error }), z.string().regex(/^\d{1,9}[smhd]$/, { error })], { error })
    .transform((value) => (typeof value === "number" ? value : parseDuration(value)))
    .refine((seconds) => seconds >= from && seconds <= to, {
      error: `is not between ${formatDuration(from)} and ${formatDuration(to)}`,
    });
}

/** A length of time after which something ends: at least a second, or it would never have begun. */
export const lifetime = durationBetween(1, longest);

/** A length of time with a default, such as `"15m"`. */
export function durationOf(fallback: string, description: string, type = lifetime) {
  return type.prefault(fallback).meta({ description, default: fallback });
}

/** The seconds in `"15m"`. */
function parseDuration(text: string): number {
  const unit = text.at(-1) as keyof typeof secondsPer;
  return Number(text.slice(0, -1)) * secondsPer[unit];
}

/** `"15m"` for 900: the largest unit that divides it. */
export function formatDuration(seconds: number): string {
  for (const unit of ["d", "h", "m"] as const) {
    if (seconds > 0 && seconds % secondsPer[unit] === 0) return `${seconds / secondsPer[unit]}${unit}`;
  }
  return `${seconds}s`;
}
