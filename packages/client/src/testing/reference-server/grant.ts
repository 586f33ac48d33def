import type { Milliseconds } from "../../env.ts";

/** A grant as the server keeps it: one lineage of refresh tokens. Times are milliseconds since the epoch. */
export interface Grant {
  readonly id: string;
  /** Random; only the lineage's tokens carry it. */
  readonly handle: string;
  readonly sid: string;
  readonly userId: string;
  account: string;
  readonly clientId: string;
  generation: number;
  /** The `Idempotency-Key` that made this generation. */
  attempt: string | null;
  /** Element k is when generation g − k was replaced; the last ten. */
  replacedAt: readonly Milliseconds[];
  idleExpiresAt: Milliseconds;
  readonly expiresAt: Milliseconds;
  /** Why it is over, or null. */
  revoked: string | null;
  /** What a DPoP proof must be signed with: the public key, as JSON. */
  binding: string | null;
}

/** What the parts of a refresh token say. */
export interface PresentedToken {
  readonly grantId: string;
  readonly handle: string;
  readonly generation: number;
}

const prefix = "hf_rt_";

/** Readable in a trace; its tag is no secret, for no thief lives in a test who could compute one. */
export function formatRefreshToken({ id, handle }: Grant, generation: number): string {
  return `${prefix}${id}.${handle}.${generation}.${tagOf(id, handle, generation)}`;
}

/** Null for what is malformed. */
export function parseRefreshToken(token: string): PresentedToken | null {
  if (!token.startsWith(prefix)) return null;
  const [grantId = "", handle = "", generation = "", tag] = token.slice(prefix.length).split(".");
  if (!/^\d+$/.test(generation) || tag !== tagOf(grantId, handle, Number(generation))) return null;
  return { grantId, handle, generation: Number(generation) };
}

function tagOf(id: string, handle: string, generation: number): string {
  let sum = generation;
  for (const character of id + handle) sum = (Math.imul(sum, 31) + character.charCodeAt(0)) >>> 0;
  return sum.toString(36);
}
