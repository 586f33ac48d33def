import type { Session } from "../sessions/index.ts";
import type { Scene } from "./description.ts";
import type { TimelineLine } from "./line.ts";

export const day = 86_400_000;

/** The moment the tests' sessions begin. */
export const start = Date.UTC(2026, 10, 21, 3, 40, 11, 250);

export const chromeOnLinux =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
export const firefoxOnWindows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0";
export const home = { address: "192.0.2.1", user_agent: chromeOnLinux };

interface LineParts extends Partial<Omit<TimelineLine, "at">> {
  /** Seconds after the start. */
  readonly after?: number;
}

/** A line of the log; unless told otherwise of a grant of `app`. */
export function lineOf(type: TimelineLine["type"], { after = 0, ...parts }: LineParts = {}): TimelineLine {
  const ids = { grantId: "grant", clientId: "app", requestId: "request" };
  return { id: "1", transaction: "1", at: new Date(start + after * 1_000), type, ...ids, data: {}, ...parts };
}

/** The line of a refresh that replaced this generation. */
export function rotationOf(presented: number, parts: LineParts = {}): TimelineLine {
  const data = { verdict: "rotated", presented, generation: presented, ...(parts.data ?? home) };
  return lineOf("session.refreshed", { ...parts, data });
}

/** A session of 14 days unused and 90 days in all, last used when it began. */
function sessionWith(parts: Partial<Session> = {}): Session {
  const began = new Date(start);
  return {
    id: "0190a0b0-0000-7000-8000-000000000001",
    userId: "0190a0b0-0000-7000-8000-000000000002",
    provider: "practice",
    userAgent: null,
    address: null,
    createdAt: began,
    authenticatedAt: began,
    lastUsedAt: began,
    idleExpiresAt: new Date(start + 14 * day),
    expiresAt: new Date(start + 90 * day),
    revokedAt: null,
    revokedReason: null,
    ...parts,
  };
}

/** What is known when a line is told: Ada's session, and these lines before. */
export function sceneAfter(earlier: readonly TimelineLine[] = [], session: Partial<Session> = {}): Scene {
  return { earlier, session: sessionWith(session), person: "Ada", providerName: "Practice provider" };
}
