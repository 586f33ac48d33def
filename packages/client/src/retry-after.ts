import type { Milliseconds } from "./env.ts";

const least: Milliseconds = 1000;
const most: Milliseconds = 300_000;

/**
 * Reads `Retry-After` (RFC 9110, section 10.2.3): seconds or a date, between one second and five minutes. A date is the
 * server's, and is read by its clock.
 *
 * @param serverNow milliseconds since the epoch
 */
export function parseRetryAfter(header: string | null, serverNow: Milliseconds): Milliseconds | undefined {
  if (!header) return undefined;
  const wait = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - serverNow;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, least), most);
}
