import { AuthError } from "../auth-error.ts";
import type { Clock, Moment } from "../clock.ts";
import type { Milliseconds } from "../env.ts";
import type { EndReason } from "../state.ts";
import type { DeviceBook } from "./device-book.ts";
import type { DeviceRecord, SessionRecord } from "./device-record.ts";
import { isGrant, readTokenAnswer, serverTimeOf, type TokenGrant } from "./oauth-answer.ts";
import { endReasonOf } from "./refresh-verdict.ts";
import type { ServiceEnv } from "./service-env.ts";
import type { AskAsClient } from "./token-endpoint.ts";

export interface DeviceRefreshDeps {
  readonly env: Pick<ServiceEnv, "randomId">;
  readonly clock: Clock;
  readonly book: DeviceBook;
  readonly ask: AskAsClient;
  readonly timeoutMs: Milliseconds;
}

/** A session with an access token that will do; or what stands in storage instead of a session. */
export type RefreshOutcome =
  | { readonly kind: "fresh"; readonly session: SessionRecord; readonly since: Moment | null }
  | { readonly kind: "none"; readonly record: DeviceRecord | null };

export interface RefreshRequest {
  /** The newest record that this process has used. */
  readonly knownRevision: number;
  /** An access token that would not do. */
  readonly unwanted: string | null;
  readonly signal: AbortSignal;
}

export type DeviceRefresh = (request: RefreshRequest) => Promise<RefreshOutcome>;

/** What became of one presented refresh token. */
type Verdict =
  | { readonly kind: "granted"; readonly grant: TokenGrant; readonly sentAt: Moment }
  | { readonly kind: "ended"; readonly reason: EndReason };

/**
 * Refreshes so that it can be killed between any two steps: the attempt's key is on disk before the request leaves, and it
 * stays there until the successor is. The server answers the same attempt with the same successor, however late.
 */
export function createDeviceRefresh({ env, clock, book, ask, timeoutMs }: DeviceRefreshDeps): DeviceRefresh {
  /**
   * The session as it stands, its attempt's key on disk. The key is random and not reckoned from the token: whoever copied
   * the token once could follow for ever.
   */
  async function openAttempt(): Promise<DeviceRecord | null> {
    return book.change("lasting", (record) =>
      record?.kind === "session" && record.attemptKey === null ? { ...record, attemptKey: env.randomId() } : record,
    );
  }

  async function present({ refreshToken, attemptKey }: SessionRecord, signal: AbortSignal): Promise<Verdict> {
    const parameters = [["grant_type", "refresh_token"] as const, ["refresh_token", refreshToken] as const];
    const headers = { "Idempotency-Key": attemptKey ?? "", ...deadline() };
    const asked = await ask("tokenEndpoint", { parameters, headers, signal });
    const { json, sentAt } = asked.answer;
    const serverTime = serverTimeOf(json);
    if (serverTime !== null) clock.learn(serverTime, sentAt);
    const read = readTokenAnswer(asked.answer, [...asked.secrets, refreshToken]);
    if (isGrant(read)) return { kind: "granted", grant: read, sentAt };
    const reason = endReasonOf(read);
    if (reason === null) throw read.trouble;
    return { kind: "ended", reason };
  }

  /** Until when this attempt is waited for, by the server's clock; nothing while that is not known. */
  function deadline(): Record<string, string> {
    const serverNow = clock.serverNow();
    return serverNow === null ? {} : { "Refresh-Deadline": String(Math.floor(serverNow + timeoutMs)) };
  }

  function commit(
    presented: SessionRecord,
    { grant, sentAt }: { grant: TokenGrant; sentAt: Moment },
  ): Promise<DeviceRecord | null> {
    const refreshToken = grant.refreshToken ?? presented.refreshToken;
    return book.change("held", (record) => {
      if (record === null || !("lineage" in record) || record.lineage !== presented.lineage) return record;
      // Signed out meanwhile: the late answer must not bring it back, and its token goes back as well.
      if (record.kind === "ended") return withToRevoke(record, refreshToken);
      // Another process has had an answer to this attempt, or to a later one.
      if (record.revision > presented.revision) return record;
      const accessToken = { value: grant.accessToken, since: sentAt.wall, lifetimeMs: grant.lifetimeMs };
      const sid = grant.sid ?? record.sid;
      return { ...record, sid, refreshToken, revision: record.revision + 1, attemptKey: null, accessToken };
    });
  }

  /** Ends the session whose stored refresh token was refused; leaves a newer one alone. */
  function end(presented: SessionRecord, reason: EndReason): Promise<DeviceRecord | null> {
    return book.change("held", (record) => {
      if (record?.kind !== "session" || record.refreshToken !== presented.refreshToken) return record;
      return { kind: "ended", lineage: record.lineage, sid: record.sid, reason, toRevoke: [] };
    });
  }

  return async ({ knownRevision, unwanted, signal }) => {
    let newestRevision = knownRevision;
    // A second time only for a session that another process has taken further meanwhile.
    for (let tries = 0; tries < 2; tries += 1) {
      const session = await openAttempt();
      if (session?.kind !== "session") return { kind: "none", record: session };
      if (session.revision > newestRevision && isAnswer(session, unwanted))
        return { kind: "fresh", session, since: null };
      newestRevision = session.revision;
      const verdict = await present(session, signal);
      const record = verdict.kind === "granted" ? await commit(session, verdict) : await end(session, verdict.reason);
      if (record?.kind !== "session") return { kind: "none", record };
      if (verdict.kind === "granted") {
        const isOurs = record.accessToken?.value === verdict.grant.accessToken;
        return { kind: "fresh", session: record, since: isOurs ? verdict.sentAt : null };
      }
    }
    throw new AuthError("refresh_superseded", "The session was taken further meanwhile.", { kind: "transient" });
  };

  /** Whether the access token that another process has stored saves a request. */
  function isAnswer({ accessToken }: SessionRecord, unwanted: string | null): boolean {
    if (accessToken === null || accessToken.value === unwanted) return false;
    return clock.now().wall - accessToken.since < accessToken.lifetimeMs / 2;
  }
}

function withToRevoke<Record extends { readonly toRevoke: readonly string[] }>(record: Record, token: string): Record {
  return record.toRevoke.includes(token) ? record : { ...record, toRevoke: [...record.toRevoke, token] };
}
