import { z } from "zod";

const secondsPer = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/**
 * A length of time in the configuration: `"90s"`, `"15m"`, `"12h"`, `"30d"`, or a number of seconds. Read as whole
 * seconds.
 */
export const duration = z
  .union([z.int().nonnegative(), z.string().regex(/^\d{1,9}[smhd]$/)], {
    error: 'is not a length of time; write "90s", "15m", "12h", "30d" or a number of seconds',
  })
  .transform((value) => (typeof value === "number" ? value : parseDuration(value)));

/** A length of time with a default, such as `"15m"`. */
export function durationOf(fallback: string, description: string) {
  return duration.prefault(fallback).meta({ description, default: fallback });
}

/** The seconds in `"15m"`. */
export function parseDuration(text: string): number {
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
