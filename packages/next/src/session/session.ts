import type { EndReason } from "@holdfast/client";
import type { AccessTokenClaims, RefreshAnswer } from "@holdfast/protocol";
import { fromBase64url, randomText } from "../sealing/base64url.ts";

/** One generation of a grant, as a cookie carries it. */
export interface Session {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly generation: number;
  /** When the access token was issued, in milliseconds since 1970 by Holdfast's clock. */
  readonly issuedAt: number;
  /** Milliseconds the access token lives. */
  readonly lifetimeMs: number;
  /**
   * The `Idempotency-Key` of the refresh that will replace this generation. It is made with the cookie, so that whoever
   * refreshes with this cookie (another request, another process, the same browser hours after a lost answer) repeats
   * one attempt. A copy of an older cookie leads to a generation with another key: a thief and the owner cannot both go
   * on from there.
   */
  readonly attemptKey: string;
  /** What the access token says. */
  readonly claims: AccessTokenClaims;
}

/** What is left of a session that is over. It outweighs every generation of its grant that may still arrive. */
export interface Tombstone {
  readonly grantId: string;
  readonly sid: string;
  readonly reason: EndReason;
  /** Held for Holdfast, which could not be told of the sign-out yet. */
  readonly refreshToken: string | null;
}

/**
 * Makes a session of what Holdfast answered; null when it is not what was promised.
 *
 * @param answer of `/signin/redeem` or `/refresh`, in body mode
 */
export function sessionFrom(answer: RefreshAnswer): Session | null {
  const { access_token: accessToken, refresh_token: refreshToken, generation, server_time_ms, expires_in } = answer;
  const claims = readClaims(accessToken);
  if (!claims || typeof refreshToken !== "string") return null;
  const session = { accessToken, refreshToken, generation, issuedAt: server_time_ms, lifetimeMs: expires_in * 1000 };
  return isSound(session) ? { ...session, attemptKey: randomText(18), claims } : null;
}

export function formatSession({ claims: _, ...stored }: Session): string {
  return JSON.stringify(stored);
}

/** Reads what `formatSession` wrote; null for anything else, an older version's say. */
export function parseSession(text: string): Session | null {
  const stored = parseRecord(text);
  if (!isSound(stored) || typeof stored.attemptKey !== "string") return null;
  const claims = readClaims(stored.accessToken);
  return claims && { ...stored, attemptKey: stored.attemptKey, claims };
}

export function formatTombstone(tombstone: Tombstone): string {
  return JSON.stringify(tombstone);
}

export function parseTombstone(text: string): Tombstone | null {
  const stored = parseRecord(text);
  const { grantId, sid, reason, refreshToken = null } = stored ?? {};
  if (typeof grantId !== "string" || typeof sid !== "string" || typeof reason !== "string") return null;
  return {
    grantId,
    sid,
    reason: reason as EndReason,
    refreshToken: typeof refreshToken === "string" ? refreshToken : null,
  };
}

/** Whether a session was replaced by another: by a newer grant, whose id begins with its time, or a later generation. */
export function isNewer(one: Session, other: Session): boolean {
  const { grant_id: grant } = one.claims;
  const { grant_id: otherGrant } = other.claims;
  return grant === otherGrant ? one.generation > other.generation : grant > otherGrant;
}

type Stored = Omit<Session, "attemptKey" | "claims">;

function isSound(stored: Record<string, unknown> | Stored | null): stored is Stored & Record<string, unknown> {
  if (stored === null) return false;
  const texts = [stored.accessToken, stored.refreshToken];
  const numbers = [stored.generation, stored.issuedAt, stored.lifetimeMs];
  return texts.every((text) => typeof text === "string" && text !== "") && numbers.every(Number.isFinite);
}

function parseRecord(text: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** The claims of a token that came from Holdfast itself, over its own connection: nothing is verified here. */
function readClaims(accessToken: unknown): AccessTokenClaims | null {
  if (typeof accessToken !== "string") return null;
  const bytes = fromBase64url(accessToken.split(".")[1] ?? "");
  const claims = bytes && parseRecord(new TextDecoder().decode(bytes));
  const isOurs =
    typeof claims?.sub === "string" && typeof claims.sid === "string" && typeof claims.grant_id === "string";
  return isOurs ? (claims as unknown as AccessTokenClaims) : null;
}
