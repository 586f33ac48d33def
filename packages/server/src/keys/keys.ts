import type { JsonWebKey, KeyObject } from "node:crypto";
import { sql } from "kysely";
import type { Clock } from "../clock/clock.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import type { Events } from "../events/index.ts";
import { AppError } from "../http/app-error.ts";
import { runPeriodically } from "../jobs/periodic.ts";
import type { Database, DatabaseTransaction } from "../storage/database.ts";
import { type KeyKind, tokenKeys } from "./key-kind.ts";
import { generateKey, openKey, type SigningKey, signJwt } from "./signing-key.ts";
import { insertKey, listKeys, retireOtherKeys, type StoredKey } from "./store.ts";
import { isSignedBy, openPublicKey, parseJwt } from "./verify-jwt.ts";

const upkeepEveryMs = 30_000;
// The key set that we publish is never older than this, whatever hint got lost between the nodes.
const publishedFreshMs = 1_000;
// Hints come for every revocation, and seldom for a key: one look serves many. Sooner than an urgent key signs.
const reloadSoonMs = 1_000;
// Even the most urgent key is published before it signs: on every node, by then.
const urgentAheadSeconds = 2;
const retireMarginMs = 5 * 60_000;

export interface KeysDeps {
  readonly database: Database;
  readonly events: Events;
  readonly clock: Clock;
  readonly keyRing: KeyRing;
  readonly settings: {
    /** Seconds. */
    readonly rotateEvery: number;
    /** Whether ES256 signatures are made on the main thread. Default: no. */
    readonly signInline?: boolean;
    /** Seconds a new key is published before it signs. */
    readonly publishAhead: number;
    /** Seconds the longest-lived access token lives. */
    readonly longestToken: number;
  };
  /** Default: those of access tokens. */
  readonly kind?: KeyKind;
  readonly onError: (error: unknown) => void;
}

/** A key as the operator sees it. */
export interface KeyStatus {
  readonly id: string;
  readonly algorithm: string;
  readonly status: "next" | "signing" | "verifying";
  readonly createdAt: Date;
  readonly activatesAt: Date;
  readonly retiresAt: Date | null;
}

/** A JWT that we have signed. */
export interface OwnJwt {
  /** Its `typ`. */
  readonly type: string | undefined;
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface Keys {
  /** Signs a JWT with the key in force. */
  sign(type: string, claims: object): Promise<string>;
  /**
   * Reads a JWT that one of our keys has signed; null for any other text. Its claims, `exp` among them, are for the
   * caller to judge.
   *
   * @throws whatever the database does, where another node may have made the key
   */
  read(jwt: string): Promise<OwnJwt | null>;
  /** The key set to publish (RFC 7517, section 5): public members only, and never without a key that may sign. */
  jwks(): Promise<{ keys: JsonWebKey[] }>;
  list(): KeyStatus[];
  /** Makes the next key. It signs after it has been published for the configured time, or within seconds if urgent. */
  rotate(options?: { readonly isUrgent?: boolean }): Promise<KeyStatus>;
  close(): Promise<void>;
}

/**
 * Opens the signing keys, and makes the first where there is none.
 *
 * @throws AppError `secret_wrong`
 */
export async function createKeys(deps: KeysDeps): Promise<Keys> {
  const { database, events, clock, keyRing, settings, onError, kind = tokenKeys } = deps;
  let stored: readonly StoredKey[] = [];
  let opened = new Map<string, SigningKey>();
  let publicKeys = new Map<string, KeyObject>();
  let loadedAt = 0;
  let loading: Promise<void> | null = null;
  let reloadSoon: NodeJS.Timeout | undefined;

  async function reload(): Promise<void> {
    const asked = performance.now();
    const listed = await listKeys(database.queries, kind, new Date(clock.now()));
    const former = opened;
    opened = new Map(listed.map((key) => [key.id, former.get(key.id) ?? openKey(keyRing, key, kind)]));
    publicKeys = new Map(listed.map((key) => [key.id, publicKeys.get(key.id) ?? openPublicKey(key.publicJwk)]));
    stored = listed;
    loadedAt = asked;
  }

  /** Loads again what may have changed. A key set that cannot be loaded is served as it was. */
  async function refreshIfStale(): Promise<void> {
    if (performance.now() - loadedAt < publishedFreshMs) return;
    await reloadTogether().catch(onError);
  }

  /** Whoever needs it at the same time shares one look. */
  function reloadTogether(): Promise<void> {
    loading ??= reload().finally(() => {
      loading = null;
    });
    return loading;
  }

  function keyInForce(): StoredKey {
    const now = clock.now();
    const key = stored.findLast(({ activatesAt }) => activatesAt.getTime() <= now) ?? stored[0];
    if (!key) throw new AppError("temporarily_unavailable");
    return key;
  }

  async function addKey(tx: DatabaseTransaction, activatesAt: Date): Promise<StoredKey> {
    const key = await generateKey(keyRing, { createdAt: new Date(clock.now()), activatesAt }, kind);
    await insertKey(tx, kind, key);
    const lastToken = activatesAt.getTime() + settings.longestToken * 1000 + retireMarginMs;
    const retired = await retireOtherKeys(tx, kind, key.id, new Date(lastToken));
    await events.append(
      tx,
      { type: "key.created", data: { key: key.id, activates_at: activatesAt } },
      ...retired.map((id) => ({ type: "key.retired" as const, data: { key: id, retires_at: new Date(lastToken) } })),
    );
    return key;
  }

  async function addKeyIf(isDue: (listed: readonly StoredKey[]) => boolean, aheadSeconds: number) {
    const added = await database.transaction(async (tx) => {
      // One node at a time: two that start together must not make two first keys.
      await sql`select pg_advisory_xact_lock(hashtext(${kind.lock}), hashtext(${database.schema}))`.execute(tx);
      const now = clock.now();
      if (!isDue(await listKeys(tx, kind, new Date(now)))) return null;
      return addKey(tx, new Date(now + aheadSeconds * 1000));
    });
    await reload();
    if (added) events.announce();
    return added;
  }

  function toStatus(key: StoredKey): KeyStatus {
    const { id, algorithm, createdAt, activatesAt, retiresAt } = key;
    const isNext = activatesAt.getTime() > clock.now() && key !== keyInForce();
    const status = isNext ? "next" : key === keyInForce() ? "signing" : "verifying";
    return { id, algorithm, status, createdAt, activatesAt, retiresAt };
  }

  await addKeyIf((listed) => listed.length === 0, 0);
  const upkeep = runPeriodically({
    everyMs: upkeepEveryMs,
    onError,
    async work() {
      const oldest = clock.now() - settings.rotateEvery * 1000;
      await addKeyIf((listed) => listed.every(({ createdAt }) => createdAt.getTime() < oldest), settings.publishAhead);
    },
  });

  // What another node has just told followers of, our own key set must have when they come and look.
  const stopAnnounced = events.onAnnounced(() => {
    loadedAt = 0;
    reloadSoon ??= setTimeout(() => {
      reloadSoon = undefined;
      void refreshIfStale();
    }, reloadSoonMs);
    reloadSoon.unref();
  });

  return {
    async sign(type, claims) {
      const key = opened.get(keyInForce().id);
      if (!key) throw new AppError("temporarily_unavailable");
      return signJwt(key, type, claims, { isInline: settings.signInline ?? false });
    },
    async read(text) {
      const jwt = parseJwt(text);
      if (!jwt) return null;
      // Another node may have made the key; not again and again for a key that nobody has.
      if (!publicKeys.has(jwt.kid) && performance.now() - loadedAt >= publishedFreshMs) await reloadTogether();
      const key = publicKeys.get(jwt.kid);
      return key && isSignedBy(jwt, key) ? { type: jwt.type, claims: jwt.claims } : null;
    },
    async jwks() {
      await refreshIfStale();
      return {
        keys: stored.map(({ id, algorithm, publicJwk }) => ({ ...publicJwk, kid: id, alg: algorithm, use: "sig" })),
      };
    },
    list: () => stored.map(toStatus),
    async rotate({ isUrgent = false } = {}) {
      const added = await addKeyIf(() => true, isUrgent ? urgentAheadSeconds : settings.publishAhead);
      if (!added) throw new AppError("internal_error");
      return toStatus(stored.find(({ id }) => id === added.id) ?? added);
    },
    async close() {
      stopAnnounced();
      clearTimeout(reloadSoon);
      await upkeep.stop();
    },
  };
}

/** One key set of several kinds of keys. */
export function joinKeySets(...sets: readonly Pick<Keys, "jwks">[]): Pick<Keys, "jwks"> {
  return {
    async jwks() {
      const joined = await Promise.all(sets.map((set) => set.jwks()));
      return { keys: joined.flatMap(({ keys }) => keys) };
    },
  };
}
