/**
 * Holdfast could not be asked, or its answer says nothing about the session: a lost network, a 5xx, a captive portal's
 * page, a 429. Never a reason to end anything.
 */
export interface Trouble {
  readonly kind: "trouble";
  /** Names of `@holdfast/client`'s errors, or the server's own code. */
  readonly code: string;
  /** Milliseconds until it is worth asking again, where the answer said. */
  readonly retryAfterMs: number | null;
  /** Whether it is this app's configuration that is refused: waiting will not help, but sessions are kept all the same. */
  readonly isMistake: boolean;
  readonly cause: unknown;
}

const retryAfterMs = { least: 1_000, most: 300_000 };

export function troubleOf(code: string, cause: unknown, more: Partial<Trouble> = {}): Trouble {
  return { kind: "trouble", code, retryAfterMs: null, isMistake: false, cause, ...more };
}

/** Reads `Retry-After` in seconds (RFC 9110, section 10.2.3), between a second and five minutes; a date is not believed. */
export function readRetryAfter(headers: Headers): number | null {
  const text = headers.get("retry-after") ?? "";
  if (!/^\d{1,9}$/.test(text)) return null;
  return Math.min(Math.max(Number(text) * 1000, retryAfterMs.least), retryAfterMs.most);
}
