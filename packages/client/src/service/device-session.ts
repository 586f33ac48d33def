import { AuthError } from "../auth-error.ts";
import { createClock, type Moment } from "../clock.ts";
import type { Milliseconds } from "../env.ts";
import { createDeviceBook } from "./device-book.ts";
import { assertDeviceOptions, type DeviceSessionOptions, readDeviceEndpoints, serverOf } from "./device-options.ts";
import type { DeviceRecord, EndedRecord, SessionRecord } from "./device-record.ts";
import { createDeviceRefresh } from "./device-refresh.ts";
import { revokeLeftTokens } from "./device-revocation.ts";
import { createDeviceSignIns, type DeviceSignIn, type StartOptions } from "./device-sign-in.ts";
import type { DeviceState } from "./device-state.ts";
import { createDeviceStatus } from "./device-status.ts";
import { createNamedListeners } from "./named-listeners.ts";
import { readGrant, type TokenGrant } from "./oauth-answer.ts";
import { retrying } from "./retrying.ts";
import { runtimeEnv } from "./service-env.ts";
import { createServiceFetch, type ServiceFetch } from "./service-fetch.ts";
import { createAskAsClient } from "./token-endpoint.ts";
import { createTokenKeeper, type HeldToken, type TokenWish } from "./token-keeper.ts";

export interface DeviceSessionEvents {
  /** The server granted an access token. */
  readonly token: { readonly sid: string | null };
  /** Something the session copes with by itself. */
  readonly trouble: AuthError;
  /** Something somebody should look at: the storage cannot be written, or is damaged. */
  readonly warning: AuthError;
  /** The session is over. */
  readonly ended: { readonly sid: string | null; readonly reason: EndedRecord["reason"] };
}

/** Tokens that were got elsewhere: a `RefreshAnswer` with its refresh token, or any server's token answer. */
export interface AdoptedTokens {
  readonly access_token: string;
  /** Seconds. */
  readonly expires_in?: number | undefined;
  readonly token_type?: string | undefined;
  readonly refresh_token?: string | undefined;
  readonly sid?: string | undefined;
}

/** One person's session on a device without a browser. */
export interface DeviceSession {
  /** As of the last attempt: the same object until something changes. */
  readonly state: DeviceState;
  /** Called after every change of `state`. Answers with the way to stop. */
  readonly subscribe: (listener: () => void) => () => void;
  /**
   * Reads the storage, and goes on with what it finds: a session, or a sign-in that waits for its person.
   *
   * @throws AuthError `storage_unavailable`; `config_error`, where the storage holds another server's or client's session
   */
  ready(): Promise<DeviceState>;
  /**
   * Asks for a code to show the person, waiting for the network if need be, and then for their decision.
   *
   * @throws AuthError `already_signed_in`, `config_error`, `invalid_client`, and by `signal`
   */
  start(options?: StartOptions): Promise<DeviceSignIn>;
  /**
   * Begins with tokens that were got elsewhere, such as the answer of `POST /signin/redeem`.
   *
   * @throws AuthError `already_signed_in`; `config_error`, where there is no refresh token
   */
  adopt(tokens: AdoptedTokens): Promise<void>;
  /**
   * An access token that an API will take; null exactly when there is no session. While the server cannot be reached it
   * waits, without an end unless `maxWaitMs` or `onTrouble` say otherwise.
   *
   * @throws AuthError by `onTrouble`, `maxWaitMs` and `signal`
   */
  getToken(wish?: TokenWish): Promise<string | null>;
  /** `fetch` with the access token; after a 401 once more with a new one, where the request can be sent again. */
  readonly fetch: ServiceFetch;
  /**
   * Ends the session here at once, and tells the server: for ten seconds now, and at the next `ready` if that fails.
   *
   * @throws AuthError `storage_unavailable`, where the storage cannot even be read
   */
  signOut(): Promise<void>;
  on<Name extends keyof DeviceSessionEvents>(
    name: Name,
    listener: (event: DeviceSessionEvents[Name]) => void,
  ): () => void;
  /** Lets go of timers and requests. The session itself lives on in storage. */
  dispose(): void;
}

const revokeAtMostMs: Milliseconds = 10_000;

/**
 * A session for a device without a browser: signed in with a code on another screen (RFC 8628), kept by refresh tokens,
 * through restarts at any moment and weeks without network.
 *
 * @example
 * const session = createDeviceSession({
 *   issuer: "https://id.example.com",
 *   clientId: "sensor",
 *   storage: createFileStorage("/var/lib/sensor/session.json"),
 * });
 * if (!(await session.ready()).isAuthenticated) {
 *   const { code, completed } = await session.start();
 *   console.log(`Open ${code.verificationUri} and enter ${code.userCode}`);
 *   await completed();
 * }
 * const response = await session.fetch("https://api.example.com/readings", { method: "POST", body: "{}" });
 *
 * @throws AuthError `config_error`, naming every option that is wrong
 */
export function createDeviceSession(options: DeviceSessionOptions): DeviceSession {
  assertDeviceOptions(options);
  const { env = runtimeEnv(), requestTimeoutMs: timeoutMs = 10_000, storage, clientId } = options;
  const clock = createClock(env);
  const listeners = createNamedListeners<DeviceSessionEvents & { readonly change: null }>();
  const onTrouble = (trouble: AuthError) => listeners.tell("trouble", trouble);
  const book = createDeviceBook({
    storage,
    owner: { server: serverOf(options), clientId },
    onWarning: (warning) => listeners.tell("warning", warning),
  });
  const endpoints = readDeviceEndpoints(options, { env, clock, timeoutMs });
  const ask = createAskAsClient({ env, clock, endpoints, credentials: options, timeoutMs });
  const refresh = createDeviceRefresh({ env, clock, book, ask, timeoutMs });
  const closing = new AbortController();
  const retries = { env, clock, signal: closing.signal, onTrouble };
  const status = createDeviceStatus({
    isUsable: () => keeper.isUsable(),
    onChange: () => listeners.tell("change", null),
    onEnded: (ended) => listeners.tell("ended", ended),
  });
  const keeper = createTokenKeeper({ env, clock, obtain, onTrouble: troubled, maxWaitMs: Number.POSITIVE_INFINITY });
  const signIns = createDeviceSignIns({
    ...retries,
    ask,
    book,
    purpose: options,
    onGrant: ({ grant, sentAt }) => begin(grant, sentAt),
    show: status.showRecord,
  });
  let restoring: Promise<HeldToken | null> | null = null;
  let revoking: Promise<void> | null = null;
  /** Of the record that this process goes on from. */
  let knownRevision = -1;

  function troubled(trouble: AuthError): void {
    onTrouble(trouble);
    status.showTrouble();
  }

  /** Reads the storage, and answers with the access token in it. Once that has worked, it is done. */
  function restored(): Promise<HeldToken | null> {
    restoring ??= restore().catch((error) => {
      restoring = null;
      throw error;
    });
    return restoring;
  }

  async function restore(): Promise<HeldToken | null> {
    const record = await book.read();
    const token = record?.kind === "session" ? hold(record, null) : null;
    status.showRecord(record);
    if (record?.kind === "signing_in") signIns.resume(record);
    void revokeLeft(record);
    return token;
  }

  /** Goes on from a record. Of a token from before a restart only the wall clock knows the age. */
  function hold({ revision, accessToken }: SessionRecord, since: Moment | null): HeldToken | null {
    knownRevision = revision;
    const moment = since ?? { wall: accessToken?.since ?? 0, monotonic: clock.now().monotonic };
    const token = accessToken && { value: accessToken.value, since: moment, lifetimeMs: accessToken.lifetimeMs };
    keeper.hold(token);
    return token;
  }

  async function obtain(unwanted: string | null, signal: AbortSignal): Promise<HeldToken | null> {
    const isFirst = restoring === null;
    const stored = await restored();
    // The storage could not be read before, and spares a request now.
    if (isFirst && unwanted === null && stored !== null && keeper.isUsable()) return stored;
    const outcome = await refresh({ knownRevision, unwanted, signal });
    const record = outcome.kind === "fresh" ? outcome.session : outcome.record;
    const token = outcome.kind === "fresh" ? hold(outcome.session, outcome.since) : null;
    if (token === null) keeper.hold(null);
    status.showRecord(record);
    if (token === null) void revokeLeft(record);
    else listeners.tell("token", { sid: outcome.kind === "fresh" ? outcome.session.sid : null });
    return token;
  }

  /** A session out of tokens that were just granted. */
  async function begin(grant: TokenGrant, sentAt: Moment): Promise<void> {
    const { refreshToken, sid, accessToken, lifetimeMs } = grant;
    if (refreshToken === null) {
      const message = "The server gave no refresh token: ask for the scope that brings one (offline_access, mostly).";
      throw new AuthError("config_error", message, { kind: "developer" });
    }
    const record: SessionRecord = {
      kind: "session",
      lineage: env.randomId(),
      sid,
      refreshToken,
      revision: 0,
      attemptKey: null,
      accessToken: { value: accessToken, since: sentAt.wall, lifetimeMs },
    };
    await book.change("held", () => record);
    hold(record, sentAt);
    status.showRecord(record);
  }

  /** Gives back what the end of a session left over, for as long as signing out may take; else the next process does. */
  function revokeLeft(record: DeviceRecord | null): Promise<void> {
    if (record?.kind !== "ended" || record.toRevoke.length === 0) return Promise.resolve();
    const revoke = () => revokeLeftTokens({ book, ask }, closing.signal);
    revoking ??= retrying(revoke, { ...retries, atMostMs: revokeAtMostMs })
      .catch(() => undefined)
      .finally(() => {
        revoking = null;
      });
    return revoking;
  }

  async function assertSignedOut(): Promise<void> {
    await restored();
    if (!status.state.isAuthenticated) return;
    throw new AuthError("already_signed_in", "There is a session here: sign out first.", { kind: "developer" });
  }

  async function getToken(wish?: TokenWish): Promise<string | null> {
    // What fails here fails in `obtain` again, and is dealt with there.
    await restored().catch(() => undefined);
    return keeper.getToken(wish);
  }

  return {
    get state() {
      return status.state;
    },
    subscribe: (listener) => listeners.on("change", listener),
    async ready() {
      await restored();
      return status.state;
    },
    async start(startOptions = {}) {
      await assertSignedOut();
      return signIns.start(startOptions);
    },
    async adopt(tokens) {
      await assertSignedOut();
      signIns.stop();
      await begin(readGrant(tokens), clock.now());
    },
    getToken,
    fetch: createServiceFetch({ env, clock, getToken }),
    async signOut() {
      await restored();
      signIns.stop();
      const record = await book.change("held", signedOut);
      keeper.hold(null);
      status.showRecord(record);
      await revokeLeft(record);
    },
    on: listeners.on,
    dispose() {
      closing.abort();
      keeper.close();
      status.dispose();
    },
  };
}

function signedOut(record: DeviceRecord | null): DeviceRecord | null {
  if (record?.kind === "signing_in") return { kind: "nobody" };
  if (record?.kind !== "session") return record;
  const { lineage, sid, refreshToken } = record;
  return { kind: "ended", lineage, sid, reason: "signed_out", toRevoke: [refreshToken] };
}
