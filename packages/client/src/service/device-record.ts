import { AuthError } from "../auth-error.ts";
import type { Milliseconds } from "../env.ts";
import type { EndReason } from "../state.ts";

/** A sign-in that waits for its person. */
export interface SigningInRecord {
  readonly kind: "signing_in";
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUri: string;
  readonly verificationUriComplete: string | null;
  /** By the wall clock. */
  readonly startedAt: Milliseconds;
  readonly lifetimeMs: Milliseconds;
  readonly intervalMs: Milliseconds;
  /** Sent with every poll, so that a server that knows it can repeat a lost answer. */
  readonly attemptKey: string;
}

/** A live session. */
export interface SessionRecord {
  readonly kind: "session";
  /** Names the sign-in, whatever the server calls it. */
  readonly lineage: string;
  readonly sid: string | null;
  readonly refreshToken: string;
  /** Grows with every answer: the higher of two records of one lineage is the newer. */
  readonly revision: number;
  /** The `Idempotency-Key` under which this refresh token is presented; null while it was never sent. */
  readonly attemptKey: string | null;
  /** The newest access token: no more of a secret than the refresh token beside it. */
  readonly accessToken: StoredToken | null;
}

export interface StoredToken {
  readonly value: string;
  /** By the wall clock. */
  readonly since: Milliseconds;
  readonly lifetimeMs: Milliseconds;
}

/** A session that is over. Kept, so that a late answer cannot bring it back. */
export interface EndedRecord {
  readonly kind: "ended";
  readonly lineage: string;
  readonly sid: string | null;
  readonly reason: EndReason;
  /** Refresh tokens that the server does not know yet to be given back. */
  readonly toRevoke: readonly string[];
}

/** Nobody is signed in: a sign-in was given up. */
export interface NobodyRecord {
  readonly kind: "nobody";
}

export type DeviceRecord = SigningInRecord | SessionRecord | EndedRecord | NobodyRecord;

/** Whose session it is: a refresh token must never reach another server, whatever the configuration says later. */
export interface RecordOwner {
  /** The issuer, or the token endpoint where no issuer is known. */
  readonly server: string;
  readonly clientId: string;
}

const version = 1;

export function formatRecord(record: DeviceRecord, owner: RecordOwner): string {
  return `${JSON.stringify({ version, ...owner, ...record }, null, 2)}\n`;
}

/**
 * Reads what `formatRecord` wrote; "damaged" where it is something else.
 *
 * @throws AuthError `config_error`, where it is another server's or client's, or a newer release's
 */
export function parseRecord(text: string, owner: RecordOwner): DeviceRecord | "damaged" {
  const written = parseObject(text);
  if (written === null || typeof written.version !== "number") return "damaged";
  if (written.version > version) throw foreign("was written by a newer release");
  if (written.server !== owner.server) throw foreign("is of another server");
  if (written.clientId !== owner.clientId) throw foreign("is of another client");
  const { version: _version, server: _server, clientId: _clientId, ...record } = written;
  return checks[String(record.kind)]?.(record) ? (record as unknown as DeviceRecord) : "damaged";
}

type Written = Readonly<Record<string, unknown>>;

const checks: Readonly<Record<string, (record: Written) => boolean>> = {
  signing_in: ({ deviceCode, userCode, verificationUri, verificationUriComplete, attemptKey, ...record }) =>
    areTexts(deviceCode, userCode, verificationUri, attemptKey) &&
    isTextOrNull(verificationUriComplete) &&
    areNumbers(record.startedAt, record.lifetimeMs, record.intervalMs),
  session: ({ lineage, sid, refreshToken, revision, attemptKey, accessToken }) =>
    areTexts(lineage, refreshToken) &&
    areNumbers(revision) &&
    isTextOrNull(sid) &&
    isTextOrNull(attemptKey) &&
    isStoredToken(accessToken),
  nobody: () => true,
  ended: ({ lineage, sid, reason, toRevoke }) =>
    areTexts(lineage, reason) && isTextOrNull(sid) && Array.isArray(toRevoke) && areTexts(...toRevoke),
};

function isStoredToken(value: unknown): boolean {
  if (value === null) return true;
  const token = value as Partial<StoredToken> | undefined;
  return typeof value === "object" && areTexts(token?.value) && areNumbers(token?.since, token?.lifetimeMs);
}

function areTexts(...values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === "string" && value !== "");
}

function areNumbers(...values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === "number");
}

function isTextOrNull(value: unknown): boolean {
  return value === null || areTexts(value);
}

function parseObject(text: string): Written | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Written) : null;
  } catch {
    return null;
  }
}

function foreign(how: string): AuthError {
  return new AuthError("config_error", `What the storage holds ${how}.`, { kind: "developer" });
}
